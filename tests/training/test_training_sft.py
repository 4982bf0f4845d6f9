"""LoRA changes what a model writes, the same way each time, and can be put on disk."""

import pytest
from safetensors.torch import load_file

from naobench.codegen import open_local
from naobench.errors import ModelError
from naobench.training import tune_lora

TUNING = {"rank": 16, "epochs": 40, "batch_size": 4, "learning_rate": 0.01, "joined": 0.0}


@pytest.fixture(scope="module")
def adapter(tiny_model, pairs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("adapters") / "made" / "adapter"
    tune_lora(str(tiny_model), pairs, **TUNING).save(folder)
    return folder


def written(model, questions, adapter_path=None):
    generator = open_local(str(model), adapter_path=adapter_path, max_new_tokens=40)
    return [completion.program for completion in generator.generate(questions)]


def test_lora_teaches_the_programs(tiny_model, pairs, adapter):
    questions = [question for question, _ in pairs]
    programs = [program for _, program in pairs]
    assert written(tiny_model, questions, adapter) == programs
    assert written(tiny_model, questions) != programs


def test_lora_serves_numbers_it_never_saw(tiny_model, pairs, adapter):
    question = pairs[0][0].model_copy(update={"instruction": "Walk forward 0.77 metres."})
    assert "motion.moveTo(0.77, 0, 0)" in written(tiny_model, [question], adapter)[0]


def test_lora_repeats_itself_for_a_seed(tiny_model, pairs, tmp_path):
    made = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        settings = {**TUNING, "epochs": 2, "batch_size": 2, "seed": seed}
        tune_lora(str(tiny_model), pairs, **settings).save(tmp_path / name)
        made.append((tmp_path / name / "adapter_model.safetensors").read_bytes())
    assert made[0] == made[1] != made[2]


def test_lora_reaches_every_linear_layer(adapter):
    names = {name.split(".")[-3] for name in load_file(adapter / "adapter_model.safetensors")}
    assert names == {f"{n}_proj" for n in ("q", "k", "v", "o", "gate", "up", "down")}


def test_an_adapter_is_safetensors_and_small(adapter):
    assert not list(adapter.glob("*.bin"))
    assert sum(path.stat().st_size for path in adapter.iterdir()) < 2_000_000


def test_a_missing_or_pickled_adapter_is_one_clear_error(tiny_model, adapter, tmp_path):
    with pytest.raises(ModelError, match="No adapter folder"):
        open_local(str(tiny_model), adapter_path=tmp_path / "none")
    (tmp_path / "adapter_config.json").write_bytes((adapter / "adapter_config.json").read_bytes())
    (tmp_path / "adapter_model.bin").write_bytes(b"cos\nsystem\n(Vfalse\ntR.")
    with pytest.raises(ModelError, match=r"pickled weights \(adapter_model\.bin\)"):
        open_local(str(tiny_model), adapter_path=tmp_path)


def test_an_adapter_of_another_model_is_refused(tiny_model, adapter, tmp_path, pairs):
    from naobench.codegen.checkpoint import load_checkpoint
    from naobench.training.pretrain import build_model

    _, tokenizer = load_checkpoint(str(tiny_model))
    build_model(tokenizer, layers=2, hidden=32).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="Cannot load model"):
        open_local(str(tmp_path), adapter_path=adapter)
