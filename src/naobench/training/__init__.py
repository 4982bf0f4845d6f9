"""How a language model gets better: corpus, tokenizer, pretraining, fine-tuning.

Importing this package is quick; torch is imported when training begins.
"""

from naobench.training.tuning import tune_lora

__all__ = ["tune_lora"]
