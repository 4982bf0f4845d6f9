"""EPISODES: programs are played in their scenes, judged from simulator state, and stored.

`grading` is the door for metrics: answers and predictions become episodes, each played once by a
pool of worker processes and found again afterwards. `episode` plays one, `verdict` decides it,
`kept` bounds what is stored of it, `store` and `codec` write it, `film` takes its pictures.
"""
