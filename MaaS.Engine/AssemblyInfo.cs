// The tests and the benchmarks see inside.
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MaaS.Engine.Tests")]
[assembly: InternalsVisibleTo("MaaS.Benchmarks")]
