"""Local models of any kind load and generate through one path."""

import shutil

import pytest
import torch

from naobench.codegen import open_local
from naobench.codegen.checkpoint import load_checkpoint, resolve_model
from naobench.codegen.local import GenerationSettings, LocalGenerator
from naobench.codegen.prompt import ChatFormat, PlainFormat, format_for
from naobench.codegen.slots import SlotFormat
from naobench.errors import ConfigError, MissingDependencyError, ModelError
from naobench.schema import Prediction

SHORT = GenerationSettings(max_new_tokens=12, batch_size=2)


def programs(generator, questions):
    return [completion.program for completion in generator.generate(questions)]


def greedy(folder, text, steps):
    """An oracle: one token at a time, without cache, padding or generate()."""
    model, tokenizer = load_checkpoint(str(folder))
    tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
    written = []
    for _ in range(steps):
        logits = model(input_ids=torch.tensor([tokens + written])).logits
        token = int(logits[0, -1].argmax())
        if token == tokenizer.eos_token_id:
            break
        written.append(token)
    return tokenizer.decode(written)


def test_generation_is_greedy_for_every_length_in_a_batch(slot_model, ask):
    questions = [ask("Walk."), ask("Turn left 90 degrees and walk 0.3 metres."), ask("向前走。")]
    completions = LocalGenerator.load(str(slot_model), settings=SHORT).generate(questions)
    for question, completion in zip(questions, completions, strict=True):
        prompt = SlotFormat().prompt(question)
        assert completion.completion == greedy(slot_model, prompt, SHORT.max_new_tokens)


def test_generation_repeats_itself(plain_model, ask):
    questions = [ask("Walk."), ask("Sit down now.")]
    first = programs(LocalGenerator.load(str(plain_model), settings=SHORT), questions)
    assert programs(LocalGenerator.load(str(plain_model), settings=SHORT), questions) == first


def test_completions_count_their_cost(plain_model, ask):
    (completion,) = LocalGenerator.load(str(plain_model), settings=SHORT).generate([ask("Walk.")])
    prediction = Prediction.model_validate(completion.as_prediction())
    assert prediction.prompt_tokens > 20
    assert 0 < prediction.completion_tokens <= SHORT.max_new_tokens
    assert prediction.seconds > 0
    assert prediction.peak_bytes > 50_000_000


def test_the_tokenizer_decides_the_format(plain_model, chat_model, slot_model):
    formats = [
        format_for(load_checkpoint(str(f))[1]) for f in (plain_model, chat_model, slot_model)
    ]
    assert [type(f) for f in formats] == [PlainFormat, ChatFormat, SlotFormat]


def test_chat_prompts_use_the_models_own_template(chat_model, ask):
    _, tokenizer = load_checkpoint(str(chat_model))
    prompt = ChatFormat(tokenizer).prompt(ask("Walk."))
    assert prompt.startswith("<|user|>")
    assert prompt.endswith("Walk.<|end|><|assistant|>")
    assert LocalGenerator.load(str(chat_model), settings=SHORT).generate([ask("Walk.")])


@pytest.mark.parametrize("kind", [ChatFormat, lambda _: PlainFormat(), lambda _: SlotFormat()])
def test_what_a_format_teaches_it_also_reads(kind, chat_model, ask):
    prompt_format = kind(load_checkpoint(str(chat_model))[1])
    program = 'motion = session.service("ALMotion")\nmotion.moveTo(0.3, 0, 0)\n'
    question = ask("Walk 0.3 metres.")
    assert prompt_format.program(question, prompt_format.target(question, program)) == program


def test_sampling_settings_of_a_model_are_ignored(plain_model, tmp_path, ask):
    folder = shutil.copytree(plain_model, tmp_path / "sampling")
    (folder / "generation_config.json").write_text(
        '{"do_sample": true, "temperature": 5.0, "top_p": 0.5, "repetition_penalty": 3.0}'
    )
    questions = [ask("Walk.")]
    greedily = programs(LocalGenerator.load(str(plain_model), settings=SHORT), questions)
    assert programs(LocalGenerator.load(str(folder), settings=SHORT), questions) == greedily


def test_a_missing_folder_is_one_clear_error():
    with pytest.raises(ModelError, match=r"No model folder './none/here'.*naobench:nao-tiny"):
        open_local("./none/here")


def test_an_unknown_shipped_model_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"Unknown shipped model 'nao-tinny'.*'nao-tiny'"):
        resolve_model("naobench:nao-tinny")


def test_ids_of_the_hub_pass_through():
    assert resolve_model("owner/name") == "owner/name"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "model.safetensors").unlink(), r"has no \*\.safetensors"),
        (lambda f: (f / "config.json").unlink(), r"has no config\.json"),
        (lambda f: truncate(f / "model.safetensors"), r"Cannot load model"),
        (lambda f: (f / "model.safetensors").write_bytes(b""), r"Cannot load model"),
        (lambda f: (f / "config.json").write_text("{"), r"Cannot load model"),
        (lambda f: (f / "tokenizer.json").write_text("no"), r"Cannot load model"),
        (lambda f: widen(f / "config.json"), r"Cannot load model"),
        (lambda f: deepen(f / "config.json"), r"lacks \d+ weights"),
        (
            lambda f: (f / "model.safetensors.index.json").write_text(
                '{"weight_map": {"a": "model-2.safetensors"}}'
            ),
            r"lacks 'model-2\.safetensors'",
        ),
    ],
)
def test_a_damaged_folder_is_one_clear_error(damage, message, plain_model, tmp_path):
    folder = shutil.copytree(plain_model, tmp_path / "damaged")
    damage(folder)
    with pytest.raises(ModelError, match=message) as caught:
        open_local(str(folder))
    assert "\n" not in str(caught.value)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1000])


def widen(path):
    path.write_text(path.read_text().replace('"hidden_size": 32', '"hidden_size": 48'))


def deepen(path):
    path.write_text(path.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))


def test_pickled_weights_are_refused_unread(plain_model, tmp_path):
    folder = shutil.copytree(plain_model, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    marker = tmp_path / "ran"
    # A pickle that creates a file as soon as anybody loads it.
    (folder / "pytorch_model.bin").write_bytes(b"cbuiltins\nopen\n(V%s\nVw\ntR." % bytes(marker))
    with pytest.raises(ModelError, match=r"pickled weights \(pytorch_model\.bin\)"):
        open_local(str(folder))
    assert not marker.exists()


def test_code_inside_a_model_folder_does_not_run(plain_model, tmp_path):
    folder = shutil.copytree(plain_model, tmp_path / "remote")
    marker = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(marker)!r}, 'w')\nclass Evil: ...\n")
    config = (folder / "config.json").read_text().rstrip().removesuffix("}")
    config += ', "auto_map": {"AutoConfig": "evil.Evil", "AutoModelForCausalLM": "evil.Evil"}}'
    (folder / "config.json").write_text(config.replace('"llama"', '"unheard_of"'))
    with pytest.raises(ModelError):
        open_local(str(folder))
    assert not marker.exists()


def test_a_missing_package_names_its_extra(monkeypatch):
    from naobench.codegen.backends import models_extra

    message = r'pip install "naobench\[models\]"'
    with pytest.raises(MissingDependencyError, match=message), models_extra():
        raise ModuleNotFoundError("No module named 'peft'", name="peft")
