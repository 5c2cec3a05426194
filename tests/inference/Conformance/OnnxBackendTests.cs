using System.Collections.Concurrent;
using static Inference.Tests.Conformance.OnnxBackendCase;

namespace Inference.Tests.Conformance;

/// <summary>ONNX's own backend test data (Debian package libonnx-testdata) through the HTTP endpoint, as binary tensors.</summary>
[TestClass]
public sealed class OnnxBackendTests
{
    private const string Data = "/usr/share/libonnx-testdata/data";

    /// <summary>Where ONNX Runtime gives something else than expected: random numbers, results that the data's reference rounds or defines otherwise.</summary>
    private const int MaxRuntimeDeviations = 40;

    // Operators, types and options that ONNX Runtime does not have; the last is StringNormalizer's, on a machine without it.
    private static readonly string[] Refusals = ["Could not find an implementation", "is not a registered function/op", "Batchwise recurrent operations", "locale"];

    [TestMethod]
    public async Task Every_test_that_ONNX_Runtime_itself_passes_gives_the_expected_values_over_HTTP()
    {
        if (!Directory.Exists(Data))
        {
            Assert.Inconclusive($"The ONNX backend test data is not at {Data}. Install it with: apt-get install libonnx-testdata");
        }

        OnnxBackendCase[] cases = [.. Directory.GetDirectories(Data).SelectMany(Directory.GetDirectories).Where(f => File.Exists(Path.Combine(f, "model.onnx"))).Order(StringComparer.Ordinal).Select(f => new OnnxBackendCase(f))];
        using NativeLocale locale = NativeLocale.Provide("en_US.UTF-8");
        var results = new ConcurrentDictionary<string, (Kind Kind, string Detail)>();
        // Nothing is published again: looks at a thousand models would be most of the work.
        await using InferenceHost host = await InferenceHost.StartAsync(settings: new() { ["Inference:RefreshSeconds"] = "60" });
        await host.Container.CreateIfNotExistsAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, cases.Length), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            results[cases[i].Name] = await cases[i].RunAsync(host, $"t{i}"));

        string report = string.Join("\n", results.GroupBy(r => r.Value.Kind).OrderBy(g => g.Key).Select(g => $"{g.Key}: {g.Count()}"));
        Console.WriteLine(report);
        foreach ((string test, (Kind kind, string detail)) in results.Where(r => r.Value.Kind is not Kind.Passed).OrderBy(r => r.Value.Kind).ThenBy(r => r.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{kind} {test}: {detail}");
        }

        Assert.IsFalse(results.Values.Any(r => r.Kind is Kind.Failed or Kind.Unreadable), Listed(results, Kind.Failed, Kind.Unreadable));
        Assert.IsFalse(results.Values.Any(r => r.Kind == Kind.RuntimeRefuses && !Refusals.Any(reason => r.Detail.Contains(reason, StringComparison.Ordinal))), Listed(results, Kind.RuntimeRefuses));
        Assert.IsLessThanOrEqualTo(MaxRuntimeDeviations, results.Values.Count(r => r.Kind == Kind.RuntimeDeviates), report);
        Assert.IsGreaterThan(950, results.Values.Count(r => r.Kind == Kind.Passed), report);
    }

    private static string Listed(ConcurrentDictionary<string, (Kind Kind, string Detail)> results, params Kind[] kinds) =>
        string.Join("\n", results.Where(r => kinds.Contains(r.Value.Kind)).Take(20).Select(r => $"{r.Key}: {r.Value.Kind} {r.Value.Detail}"));
}
