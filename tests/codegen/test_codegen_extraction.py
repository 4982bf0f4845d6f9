"""The program is found in whatever a model says around it."""

import pytest

from naobench.codegen.extraction import extract_program


@pytest.mark.parametrize(
    ("said", "program"),
    [
        ("Here:\n```python\nx = 1\n```\nDone.", "x = 1\n"),
        ("```py\nx = 1\n```", "x = 1\n"),
        ("```Python3 title=a\nx = 1\n```", "x = 1\n"),
        ("```\nx = 1\n```", "x = 1\n"),
        ("~~~python\nx = 1\n~~~", "x = 1\n"),
        ("````python\ns = '''\n```\n'''\n````", "s = '''\n```\n'''\n"),
        ("```bash\nls\n```\n```python\nx = 1\n```", "x = 1\n"),
        ("```\nnotes\n```\n```python\nx = 1\n```", "x = 1\n"),
        ("```python\nx = 1\n```\n```python\nx = 2\n```", "x = 1\n"),
        ("```python\nx = 1\ny = 2", "x = 1\ny = 2\n"),
        ("<think>```python\nbad\n```</think>```python\nx = 1\n```", "x = 1\n"),
        ("x = 1  \r\ny = 2\r\n", "x = 1\ny = 2\n"),
        ("```python\n\n  \nif a:\n    b()\n\n```", "if a:\n    b()\n"),
        ("```bash\nls\n```", ""),
        ("```python\n```", ""),
        ("", ""),
        (" \n\n", ""),
    ],
)
def test_extract_program_finds_the_program(said, program):
    assert extract_program(said) == program


def test_extract_program_is_quick_on_a_long_answer_without_end():
    said = "```\n" * 20_000
    assert extract_program(said) == ""
