"""What runs inside the guest: the standard library and nothing else.

The host compiles these files once and sends them over the wire, so that the guest needs no file
of this project. They are ordinary modules all the same: types and tests see them as such.

They import as little as they can, and nothing for the sake of annotations: `typing` alone costs
more than the start of a bare interpreter. Hence ``TYPE_CHECKING = False``, which type checkers
take for true.
"""
