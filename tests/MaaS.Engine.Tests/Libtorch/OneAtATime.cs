// libtorch has one random generator and one thread count for the whole process, so its tests run one after the other.
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]
