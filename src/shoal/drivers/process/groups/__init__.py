"""Control groups: what an instance may take, and all of its processes in one place, wherever they went.

::

    <a folder of ours>/shoal-<realm>/<instance>/
"""
