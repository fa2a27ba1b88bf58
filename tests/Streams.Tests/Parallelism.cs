// The fixtures that are marked wait for the other end of a link most of their time: beside each other they take a third of it.
[assembly: LevelOfParallelism(4)]
