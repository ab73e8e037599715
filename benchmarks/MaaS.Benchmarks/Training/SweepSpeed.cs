// What a second worker is worth: the same search of 16 small models, one thread each, on a platform with one worker and on one with two.
// `./maas bench training sweep` starts both platforms, one after the other, and this once on each.
using System.Globalization;
using System.Text.Json;
using MaaS.Contracts.Sweeps;
using MaaS.Contracts.Training;

namespace MaaS.Benchmarks.Training;

internal static class SweepSpeed
{
    private const int Repetitions = 3;

    public static async Task<int> Run()
    {
        var workers = int.Parse(Platform.Setting("MAAS_WORKERS"), CultureInfo.InvariantCulture);
        var client = await Platform.SignIn();
        var churn = await Platform.Profiled(client, (await client.SampleDataset("churn")).Latest!);
        var training = new TabularTraining("churned") { Epochs = 10, Patience = 0, Optimizer = new AdamWSpec(), Device = DeviceChoice.Cpu };
        var space = new Dictionary<string, SearchRange>
        {
            ["optimizer.learning_rate"] = new ChoiceRange([.. new[] { 3e-4, 1e-3, 3e-3, 1e-2 }.Select(rate => JsonSerializer.SerializeToElement(rate))]),
            ["optimizer.weight_decay"] = new ChoiceRange([.. new[] { 0, 0.01, 0.1, 0.3 }.Select(decay => JsonSerializer.SerializeToElement(decay))]),
        };
        var seconds = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var job = await client.Submit(new SweepJob(churn.Id, training, space, SearchMethod.Grid));
            job = await Platform.Finished(client, job.Id);
            var trials = (await client.Run(job.RunId!.Value)).Sweep!.Trials;
            if (trials.Count != 16 || trials.Any(trial => trial.State != TrialState.Succeeded))
                throw new InvalidOperationException($"Of {trials.Count} runs {trials.Count(trial => trial.State == TrialState.Succeeded)} succeeded, not 16 of 16.");
            seconds.Add((job.FinishedAt!.Value - job.StartedAt!.Value).TotalSeconds);
        }
        var results = new Results("training").KeepEarlier();
        results.Add($"sweep.seconds_{workers}", seconds.Order().ElementAt(Repetitions / 2), "s", "none");
        if (results["sweep.seconds_1"] is { } one && results["sweep.seconds_2"] is { } two && workers == 2)
            results.Add("sweep.speedup", one / two, "times", ">= 1.6");
        results.Save();
        return 0;
    }
}
