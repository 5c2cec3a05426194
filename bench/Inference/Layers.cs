using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DurableMl.Bench.Inference;

/// <summary>ResNet-50 whole, cut in two and chained by one server, and cut in two on two servers, chained by their caller.</summary>
internal static class Layers
{
    public static async Task MeasureAsync(Models models, float[] pixels, TimeSpan warmUp, TimeSpan length, Report report)
    {
        using ServerProcess whole = await ServerProcess.ServingAsync(models.Settings);
        using ServerProcess chain = await ServerProcess.ServingAsync(models.Settings);
        using ServerProcess front = await ServerProcess.ServingAsync(models.Settings);
        using ServerProcess back = await ServerProcess.ServingAsync(models.Settings);
        report.Say("");
        report.Say("| ResNet-50, one caller, binary | p50 ms | p99 ms | MB in the largest server |");
        report.Say("|---|---:|---:|---:|");
        await RowAsync("whole", [whole.Infer("resnet50")], whole);
        await RowAsync("cut in two, chained by a traffic rule of one server", [chain.Infer("resnet50-chain")], chain);
        await RowAsync("cut in two, a server each, chained by the caller", [front.Infer("resnet50-front"), back.Infer("resnet50-back")], front, back);

        async Task RowAsync(string how, Uri[] steps, params ServerProcess[] servers)
        {
            await RunAsync(steps, pixels, warmUp);
            List<double> times = await RunAsync(steps, pixels, length);
            report.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"| {how} | {times[times.Count / 2]:0.0} | {times[(int)(times.Count * 0.99)]:0.0} | {servers.Max(server => server.WorkingSet):0} |"));
        }
    }

    private static async Task<List<double>> RunAsync(Uri[] steps, float[] pixels, TimeSpan length)
    {
        using var http = new HttpClient();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        do
        {
            long start = Stopwatch.GetTimestamp();
            byte[] tensor = MemoryMarshal.AsBytes<float>(pixels).ToArray();
            foreach (Uri step in steps)
            {
                tensor = await StepAsync(http, step, tensor);
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (clock.Elapsed < length);
        times.Sort();
        return times;
    }

    // A header length of 0: the body is the tensor. The answer's tensor is what follows its JSON, and the next step's body as it is.
    private static async Task<byte[]> StepAsync(HttpClient http, Uri server, byte[] tensor)
    {
        using var content = new ByteArrayContent(tensor) { Headers = { { "Inference-Header-Content-Length", "0" } } };
        using HttpResponseMessage response = await http.PostAsync(server, content);
        response.EnsureSuccessStatusCode();
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        string header = response.Headers.GetValues("Inference-Header-Content-Length").Single();
        return body[int.Parse(header, CultureInfo.InvariantCulture)..];
    }
}
