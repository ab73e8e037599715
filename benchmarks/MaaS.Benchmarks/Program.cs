// `./maas demo` and `./maas bench NAME` run this against a platform that is already up.
// Knows the typed client: what it does, any customer with a password can do. Only the speed of metric points is measured in the
// catalog itself, and training and compression in the engine.
using MaaS.Benchmarks;
using MaaS.Benchmarks.Compression;
using MaaS.Benchmarks.Portal;
using MaaS.Benchmarks.Serving;
using MaaS.Benchmarks.Training;

var name = args.FirstOrDefault() ?? "foundation";
return name switch
{
    "demo" => await Demo.Run(),
    "foundation" => await Foundation.Run(),
    "upload" => await Upload.Run(),
    "sweep" => await SweepSpeed.Run(),
    "serving" => await ServingBench.Run(args[1..]),
    "serving-load" => LoadGenerator.Run(args[1]),
    "serving-noop" => await NoopServer.Run(args[1]),
    "portal" => await PortalBench.Run(args[1..]),
    "compression" => CompressionBench.Run(args[1..]),
    "training" => await TrainingBench.Run(args[1..]),
    _ => Unknown(name),
};

static int Unknown(string name)
{
    Console.Error.WriteLine($"There is no benchmark called '{name}'. There are: foundation, upload, training, serving, compression, portal; and demo, which is the main path, asserted.");
    return 2;
}
