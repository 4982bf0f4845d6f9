"""What the robot is asked to say, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

__all__ = ["COLOURS", "FOREIGN", "LINES", "POSTURES", "WORDS"]

Posture = Literal["Stand", "StandInit", "StandZero", "Crouch"]

LINES: Sequence[tuple[str, str]] = (
    ("Hello", "你好"),
    ("Good morning", "早上好"),
    ("Good evening", "晚上好"),
    ("Nice to meet you", "很高兴认识你"),
    ("Welcome to our school", "欢迎来到我们学校"),
    ("My name is NAO", "我叫NAO"),
    ("I am ready", "我准备好了"),
    ("Let us begin", "我们开始吧"),
    ("See you tomorrow", "明天见"),
    ("Have a nice day", "祝你愉快"),
    ("Thank you very much", "非常感谢"),
    ("Here I come", "我来了"),
    ("I have arrived", "我到了"),
    ("Please follow me", "请跟我来"),
    ("Please be quiet", "请安静"),
    ("Mind the step", "小心台阶"),
    ("The lesson is over", "下课了"),
    ("Dinner is ready", "晚饭做好了"),
    ("Well done", "做得好"),
    ("All clear", "一切正常"),
    ("I am a robot", "我是机器人"),
    ("Happy birthday", "生日快乐"),
    ("Goodbye", "再见"),
    ("Take care", "保重"),
    ("The door is open", "门开着"),
    ("Time to go home", "该回家了"),
    ("Look at me", "看着我"),
    ("I like music", "我喜欢音乐"),
    ("It is a sunny day", "今天天气很好"),
    ("Please sit down", "请坐"),
)
"""Whole utterances."""

WORDS: Sequence[tuple[str, str]] = (
    ("yes", "是"),
    ("ready", "准备好"),
    ("stop", "停"),
    ("done", "完成"),
    ("start", "开始"),
    ("attention", "注意"),
    ("bravo", "真棒"),
    ("hurray", "万岁"),
)
"""Short words, for saying several times."""

FOREIGN: Sequence[tuple[str, str, str]] = (
    ("French", "法语", "Bonjour"),
    ("French", "法语", "Merci"),
    ("French", "法语", "Au revoir"),
    ("German", "德语", "Guten Tag"),
    ("German", "德语", "Danke"),
    ("German", "德语", "Auf Wiedersehen"),
    ("Spanish", "西班牙语", "Hola"),
    ("Spanish", "西班牙语", "Gracias"),
    ("Italian", "意大利语", "Buongiorno"),
    ("Italian", "意大利语", "Grazie"),
)
"""NAOqi language, its Chinese name, something to say in it."""

COLOURS: Sequence[tuple[str, str]] = (
    ("red", "红色"),
    ("green", "绿色"),
    ("blue", "蓝色"),
    ("yellow", "黄色"),
    ("white", "白色"),
    ("magenta", "品红色"),
    ("cyan", "青色"),
)
"""Colours that ALLeds knows by name."""

POSTURES: Sequence[Posture] = ("Stand", "StandInit", "StandZero", "Crouch")
"""Postures in which a task may start. Instructions use NAOqi's names in both languages."""
