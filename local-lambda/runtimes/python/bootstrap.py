"""The main script of every Python function. What a main script holds is compiled at each start, what a module holds only once: so the rest is there."""
import _roost_runtime

if __name__ == "__main__":
    _roost_runtime.main()
