"""Gradients as a person writes them, each checked in ``test_handwritten.py``.

Up to three manners for each problem:

* *readable*: the equations, one line each;
* *reusing*: dead temporaries are written over through ``out=``, nothing outlives
  the call;
* *workspace*: an object that allocates everything once, results included. The caller
  must be done with the last gradient before asking for the next: no function has that
  liberty, so it is a bound from below more than a rival.
"""
