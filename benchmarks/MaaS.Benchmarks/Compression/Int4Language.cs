// A language model with weights of four bits: bits per character on the end of the text, which nothing was learned or chosen by.
using MaaS.Benchmarks.Training;
using MaaS.Contracts.Compression;
using MaaS.Engine;
using MaaS.Engine.Compression;
using MaaS.Engine.Data;
using MaaS.Engine.Tasks.Language;
using MaaS.Inference;

namespace MaaS.Benchmarks.Compression;

internal static class Int4Language
{
    private const int Windows = 32;
    private static readonly TimeSpan s_timed = TimeSpan.FromSeconds(4);

    public static void Measure(Results results)
    {
        if (SharedData.Find("tinyshakespeare", "input.txt") is not { } path)
            return;
        var data = Trainings.File(path);
        var package = Sources.Package("gpt", LanguageBench.Best with { Test = 0.05 }, data);
        var (training, tokenizer, network) = LanguagePackage.Load(package);
        network.Dispose();
        var parts = TextParts.Of(Corpus.Read(data, CancellationToken.None), training, tokenizer, new Progress<Report>(), CancellationToken.None);
        var context = training.Network!.Context;
        long[] Tokens(TextPart part) => [.. part.Tokens.Take(part.Tokens.Length / context * context).Select(token => (long)token)];
        var rows = new CalibrationRows([Tokens(parts.Train)[..(Windows * context)]], Windows);

        using var variants = new Variants(package);
        var test = Tokens(parts.Test!);
        double Bits(string onnx)
        {
            using var model = Model.Open(onnx, variants.Manifest);
            return BitsPerCharacter(model, test, context);
        }
        var source = Bits(variants.Onnx);
        string Made(CompressionStep step, string name)
        {
            var made = variants.Make(step, rows);
            Console.WriteLine($"gpt {name}: {Bits(made):f4} bits per character against {source:f4}, {variants.TimesSmaller(made):f2} times smaller");
            return made;
        }
        var four = Made(new WeightQuantization(4), "4 bits");
        Made(new WeightQuantization(8), "8 bits");
        Made(new WeightQuantization(2, 16), "2 bits");
        Made(new DynamicQuantization(), "dynamic int8");
        Made(new StaticQuantization(), "static int8");
        using var before = Model.Open(variants.Onnx, variants.Manifest);
        using var after = Model.Open(four, variants.Manifest);
        var times = Measurement.Of([before, after], rows.Columns, rows.Rows, s_timed);
        LanguageBench.Add(results, "int4.gpt", 100 * (Bits(four) / source - 1), "%", "<= 2 of the bits per character lost");
        LanguageBench.Add(results, "int4.gpt.size", variants.TimesSmaller(four), "times", ">= 5 smaller");
        LanguageBench.Add(results, "int4.gpt.one_speedup", times[0].P50Ms / times[1].P50Ms, "times", "none");
    }

    /// <summary>Of each character but a window's first, from those before it in the window.</summary>
    private static double BitsPerCharacter(Model model, long[] tokens, int context)
    {
        var (bits, count) = (0.0, 0L);
        for (var from = 0; from < tokens.Length; from += Windows * context)
        {
            var part = tokens[from..Math.Min(tokens.Length, from + Windows * context)];
            var logits_BTV = model.Logits(part, part.Length / context);
            var vocabulary = logits_BTV.Length / part.Length;
            for (var place = 0; place < part.Length; place++)
            {
                if ((place + 1) % context == 0)
                    continue;
                var logits_V = logits_BTV.AsSpan(place * vocabulary, vocabulary);
                var (largest, sum) = (float.NegativeInfinity, 0.0);
                foreach (var logit in logits_V)
                    largest = Math.Max(largest, logit);
                foreach (var logit in logits_V)
                    sum += Math.Exp(logit - largest);
                bits += (largest + Math.Log(sum) - logits_V[(int)part[place + 1]]) / Math.Log(2);
                count++;
            }
        }
        return bits / count;
    }
}
