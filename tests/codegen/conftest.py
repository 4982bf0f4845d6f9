"""Tiny random models, made on the spot: they exercise the same path as any other."""

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from naobench.codegen.slots import SLOT_MARKS
from naobench.schema import Question

TEXTS = [
    "Walk forward 0.3 metres.",
    'Say "hello" and turn left 90 degrees.',
    "向前走0.3米。",
    "motion.moveTo(0.3, 0, 0)\ntts.say('hello')\n```python\n```\n",
]
TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def make_tokenizer(*marks, template=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=["<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    fast.add_tokens(list(marks))
    fast.chat_template = template
    return fast


def make_model(folder, tokenizer, *, seed=0):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def plain_model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("plain"), make_tokenizer())


@pytest.fixture(scope="session")
def chat_model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("chat"), make_tokenizer(template=TEMPLATE))


@pytest.fixture(scope="session")
def slot_model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("slots"), make_tokenizer(*SLOT_MARKS))


@pytest.fixture
def ask():
    def ask(instruction, task_id="t-v1.en.0"):
        return Question(task_id=task_id, instruction=instruction, language="en")

    return ask
