"""ALTextToSpeech: what is said, when, and for how long.

There is no sound: an utterance is a text with a start and an end. How long it lasts follows from
the text, the speed and the pauses in it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Generator

from naobench.errors import RobotError, nearest
from naobench.naoqi.clock import Clock
from naobench.naoqi.memory import ALMemory
from naobench.schema import Utterance

__all__ = ["ALTextToSpeech", "speaking_time"]

LANGUAGES = (
    "Chinese", "English", "French", "German", "Italian", "Japanese", "Korean", "Spanish",
)  # fmt: skip

CHARACTERS_PER_S = 14.0
"""Our choice: about 150 words a minute at speed 100, an ordinary English reading speed."""
IDEOGRAPHS_PER_S = 4.5
"""Our choice: about 270 Chinese characters a minute."""
BREATH_S = 0.3
"""Our choice: from the call to the first sound."""

_SPEED = (50.0, 400.0)
"""Percent; ALTextToSpeech documentation, "setParameter"."""
_PARAMETERS = {
    "pitchShift": (0.0, 4.0),
    "doubleVoice": (0.0, 4.0),
    "doubleVoiceLevel": (0.0, 4.0),
    "doubleVoiceTimeShift": (0.0, 0.5),
    "speed": _SPEED,
    "defaultVoiceSpeed": _SPEED,
}
"""Allowed ranges; same page."""

_TAG = re.compile(r"\\(\w+)=([^\\]*)\\")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _number(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default


def speaking_time(text: str, speed: float = 100.0) -> tuple[str, float]:
    r"""Return a text without its tags, and how long it takes to say it [s].

    Args:
        text: May hold ``\rspd=percent\`` (speed from there on), ``\pau=milliseconds\`` and other
            tags, which change the voice and not the time.
        speed: Speed at the start [percent].
    """
    seconds, plain, rate = 0.0, "", speed
    pieces = _TAG.split(text)
    for i in range(0, len(pieces), 3):
        wide = len(_IDEOGRAPH.findall(pieces[i]))
        narrow = len(pieces[i].strip()) - wide
        seconds += (wide / IDEOGRAPHS_PER_S + narrow / CHARACTERS_PER_S) * 100.0 / rate
        plain += pieces[i]
        match pieces[i + 1 : i + 3]:
            case ["rspd", value]:
                rate = min(max(_number(value, rate), _SPEED[0]), _SPEED[1])
            case ["pau", value]:
                seconds += min(max(_number(value, 0.0), 0.0), 65535.0) / 1000.0
    return " ".join(plain.split()), seconds


class ALTextToSpeech:
    """Speech."""

    def __init__(self, clock: Clock, memory: ALMemory) -> None:
        self.spoken: list[Utterance] = []
        """What could be heard so far; the last text may still be going on."""
        self.finished = False
        """Set when the session ends: a robot says to its end what it has begun."""
        self._clock = clock
        self._memory = memory
        self._language = "English"
        self._volume = 1.0
        self._parameters = dict.fromkeys(_PARAMETERS, 0.0) | {
            "speed": 100.0,
            "defaultVoiceSpeed": 100.0,
        }
        self._queue: list[int] = []
        self._count = 0

    def say(self, stringToSay: str, language: str | None = None) -> Generator[None, None, None]:
        """Say a text once the texts before it are said."""
        language = self._language if language is None else self._known(language)
        self._count += 1
        turn = self._count
        self._queue.append(turn)
        try:
            while turn in self._queue and self._queue[0] != turn:
                yield
            if turn in self._queue:
                yield from self._speak(turn, stringToSay, language)
        finally:
            if turn in self._queue:
                self._queue.remove(turn)

    def _speak(self, turn: int, tagged: str, language: str) -> Generator[None, None, None]:
        text, seconds = speaking_time(tagged, self._parameters["speed"])
        if not text and not seconds:
            return
        start = self._clock.now
        end = start + BREATH_S + seconds
        heard = len(self.spoken) if text and self._volume > 0.0 else None
        if heard is not None:
            self.spoken.append(Utterance(text, start, end, language))
        self._tell(turn, "started", text)
        status = "stopped"
        try:
            while self._clock.now < end - 1e-9 and turn in self._queue:
                yield
            if turn in self._queue:
                status = "done"
        finally:
            if status == "stopped" and heard is not None and not self.finished:
                self._cut(heard)
            self._tell(turn, status, "")

    def _tell(self, turn: int, status: str, sentence: str) -> None:
        publish = self._memory.publish
        publish("ALTextToSpeech/Status", [turn, status])
        publish("ALTextToSpeech/CurrentSentence", sentence)
        publish("ALTextToSpeech/TextStarted", int(status == "started"))
        publish("ALTextToSpeech/TextDone", int(status != "started"))

    def _cut(self, index: int) -> None:
        """End a running utterance now; what was not yet said was not heard."""
        whole = self.spoken[index]
        now = self._clock.now
        share = (now - whole.start) / (whole.end - whole.start)
        text = whole.text[: int(share * len(whole.text))]
        self.spoken[index] = dataclasses.replace(whole, text=text, end=now)

    def stopAll(self) -> None:
        """Cut off the present text and drop the waiting ones."""
        self._queue.clear()

    def setLanguage(self, language: str) -> None:
        """Choose the language of the following texts."""
        self._language = self._known(language)

    @staticmethod
    def _known(language: str) -> str:
        if language not in LANGUAGES:
            raise RobotError(
                f"Language {language!r} is not installed.{nearest(language, LANGUAGES)}"
                f" Installed: {', '.join(LANGUAGES)}."
            )
        return language

    def getLanguage(self) -> str:
        """Return the language."""
        return self._language

    def getAvailableLanguages(self) -> list[str]:
        """Return the languages that can be chosen."""
        return list(LANGUAGES)

    def setVolume(self, volume: float) -> None:
        """Set the volume."""
        self._volume = volume

    def getVolume(self) -> float:
        """Return the volume."""
        return self._volume

    def setParameter(self, parameter: str, value: float) -> None:
        """Set a parameter of the voice."""
        low, high = self._range(parameter)
        if not low <= value <= high:
            raise RobotError(f"{parameter} must be {low:g} to {high:g}, got {value:g}.")
        self._parameters[parameter] = value

    def getParameter(self, parameter: str) -> float:
        """Return a parameter of the voice."""
        self._range(parameter)
        return self._parameters[parameter]

    @staticmethod
    def _range(parameter: str) -> tuple[float, float]:
        if parameter not in _PARAMETERS:
            raise RobotError(
                f"Unknown parameter {parameter!r}.{nearest(parameter, _PARAMETERS)}"
                f" Known: {', '.join(_PARAMETERS)}."
            )
        return _PARAMETERS[parameter]

    def resetSpeed(self) -> None:
        """Set the speed of the voice to its default."""
        self._parameters["speed"] = self._parameters["defaultVoiceSpeed"]
