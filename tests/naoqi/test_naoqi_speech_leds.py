"""Speech and lamps: logs with durations."""

import pytest

from naobench.naoqi.text_to_speech import speaking_time
from naobench.schema import LedChange


@pytest.fixture
def speech(session):
    return session.service("ALTextToSpeech")


@pytest.fixture
def leds(session):
    return session.service("ALLeds")


def test_say_blocks_while_the_text_is_spoken(session, speech):
    speech.say("Hello world, I am NAO.")  # 22 characters at 14 a second, and 0.3 s of breath
    (heard,) = session.spoken
    assert (heard.text, heard.language) == ("Hello world, I am NAO.", "English")
    assert heard.start == pytest.approx(0.001)
    assert heard.end == pytest.approx(0.001 + 0.3 + 22 / 14.0)
    assert session.now == pytest.approx(heard.end, abs=0.011)


def test_speaking_time_follows_the_text():
    assert speaking_time("")[1] == 0.0
    assert speaking_time("abcdefg")[1] == pytest.approx(0.5)
    assert speaking_time("你好我是机器人")[1] == pytest.approx(7 / 4.5)
    assert speaking_time("abcdefg", speed=200.0)[1] == pytest.approx(0.25)


def test_tags_change_the_time_and_are_not_spoken():
    assert speaking_time("\\rspd=50\\abcdefg") == ("abcdefg", pytest.approx(1.0))
    assert speaking_time("abcdefg\\pau=1500\\") == ("abcdefg", pytest.approx(2.0))
    assert speaking_time("\\vct=120\\Hi \\pau=10\\ there") == (
        "Hi there",
        pytest.approx(7 / 14.0 + 0.01, abs=0.01),
    )
    assert speaking_time("\\rspd=soon\\abcdefg\\pau=-5\\")[1] == pytest.approx(0.5)


def test_texts_are_spoken_one_after_the_other(session, speech):
    first = speech.say("One two three.", _async=True)
    second = speech.say("Four.", _async=True)
    second.value()
    assert first.isFinished()
    one, four = session.spoken
    assert (one.text, four.text) == ("One two three.", "Four.")
    assert four.start >= one.end


def test_language_is_chosen_and_an_unknown_one_refused(session, speech):
    assert speech.getLanguage() == "English"
    assert {"English", "Chinese"} <= set(speech.getAvailableLanguages())
    speech.setLanguage("Chinese")
    assert speech.getLanguage() == "Chinese"
    speech.say("你好")
    speech.say("Hi", "English")
    assert [u.language for u in session.spoken] == ["Chinese", "English"]
    with pytest.raises(RuntimeError, match="'Klingon' is not installed"):
        speech.setLanguage("Klingon")
    assert speech.getLanguage() == "Chinese"


def test_nobody_hears_what_is_said_at_volume_0(session, speech):
    speech.setVolume(0.0)
    speech.say("Quiet.")
    assert session.spoken == []
    assert session.now > 0.5
    speech.setVolume(0.4)
    assert speech.getVolume() == pytest.approx(0.4)
    speech.say("Loud.")
    assert [u.text for u in session.spoken] == ["Loud."]


def test_speed_parameter_changes_the_duration(session, speech):
    speech.setParameter("speed", 200.0)
    assert speech.getParameter("speed") == 200.0
    speech.say("abcdefghijklmn")
    assert session.spoken[0].end - session.spoken[0].start == pytest.approx(0.3 + 0.5)
    speech.resetSpeed()
    assert speech.getParameter("speed") == 100.0
    with pytest.raises(RuntimeError, match="speed must be 50 to 400, got 10"):
        speech.setParameter("speed", 10.0)
    with pytest.raises(RuntimeError, match="Unknown parameter 'pitch'"):
        speech.setParameter("pitch", 1.0)


def test_stop_all_cuts_the_present_text_and_drops_the_others(session, speech):
    futures = [speech.say(text, _async=True) for text in ("abcdefghijklmnopqrstuvwxyz", "Second.")]
    session.sleep(1.0)
    speech.stopAll()
    for future in futures:
        assert future.value() is None
    assert session.now < 1.1
    (heard,) = session.spoken
    assert heard.end == pytest.approx(1.01, abs=0.02)
    assert heard.text == "abcdefghijklmnopqrstuvwxyz"[: len(heard.text)]
    assert 8 < len(heard.text) < 16
    speech.say("Third.")
    assert session.spoken[-1].text == "Third."


def test_a_text_that_has_begun_is_said_to_its_end_when_the_session_ends(session, speech):
    speech.say("Good bye, everybody.", _async=True)
    speech.say("Never begun.", _async=True)
    session.sleep(0.3)
    session.finish()
    (heard,) = session.spoken
    assert heard.text == "Good bye, everybody."
    assert heard.end > session.now
    assert session.calls[0].end is None


def test_speech_raises_its_events(session, speech):
    memory, seen = session.service("ALMemory"), []
    memory.subscriber("ALTextToSpeech/CurrentSentence").signal.connect(seen.append)
    memory.subscriber("ALTextToSpeech/TextDone").signal.connect(seen.append)
    speech.say("Hello.")
    session.sleep(0.01)
    assert seen == ["Hello.", 0, "", 1]


@pytest.mark.parametrize(
    ("colour", "rgb"),
    [
        ((0x00FF00FF,), (1.0, 0.0, 1.0)),
        ((0x00336699,), (0.2, 0.4, 0.6)),
        (("cyan",), (0.0, 1.0, 1.0)),
        (("Red",), (1.0, 0.0, 0.0)),
        ((0.5, 0.25, 1.0), (0.5, 0.25, 1.0)),
        ((1, 0, 1), (1.0, 0.0, 1.0)),
    ],
)
def test_fade_rgb_takes_every_form_of_a_colour(session, leds, colour, rgb):
    leds.fadeRGB("FaceLeds", *colour, 0.5)
    (change,) = session.leds
    assert change.group == "FaceLeds"
    assert change.rgb == pytest.approx(rgb)
    assert (change.start, change.end) == (pytest.approx(0.001), pytest.approx(0.501))
    assert session.now == pytest.approx(0.51)


def test_lamps_go_on_and_off_at_once(session, leds):
    leds.on("EarLeds")
    leds.off("FaceLedLeft3")
    leds.setIntensity("ChestLeds", 0.5)
    assert session.leds == [
        LedChange("EarLeds", (1.0, 1.0, 1.0), pytest.approx(0.001), pytest.approx(0.001)),
        LedChange("FaceLedLeft3", (0.0, 0.0, 0.0), pytest.approx(0.002), pytest.approx(0.002)),
        LedChange("ChestLeds", (0.5, 0.5, 0.5), pytest.approx(0.003), pytest.approx(0.003)),
    ]


def test_fade_list_goes_through_its_colours(session, leds):
    leds.fadeListRGB("FaceLeds", [0xFF0000, 0x0000FF], [0.2, 0.5])
    assert [c.rgb for c in session.leds] == [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    assert session.now == pytest.approx(0.5, abs=0.03)
    with pytest.raises(RuntimeError, match="2 colours, but 1 times"):
        leds.fadeListRGB("FaceLeds", [1, 2], [0.1])
    with pytest.raises(RuntimeError, match="timeList must rise"):
        leds.fadeListRGB("FaceLeds", [1, 2], [0.2, 0.1])


def test_fade_sets_a_shade_of_white(session, leds):
    leds.fade("BrainLeds", 0.3, 0.2)
    assert session.leds[0].rgb == pytest.approx((0.3, 0.3, 0.3))
    assert session.now == pytest.approx(0.21)


def test_leds_refuse_unknown_names(leds):
    assert "FaceLeds" in leds.listGroups()
    with pytest.raises(RuntimeError, match=r"'EyeLeds'.* Did you mean"):
        leds.on("EyeLeds")
    with pytest.raises(RuntimeError, match="Unknown colour 'turquoise'"):
        leds.fadeRGB("FaceLeds", "turquoise", 1.0)
