// libtorch has one random generator and one thread count for the whole process, so its tests run one after the other.
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
