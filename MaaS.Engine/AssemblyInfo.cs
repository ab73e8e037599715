// The tests see inside.
using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("MaaS.Engine.Tests")]
