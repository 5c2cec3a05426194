using System.Diagnostics;
using System.Globalization;

namespace DurableMl.Bench.Inference;

/// <summary>How long the first answer of ResNet-50 takes, by where its file comes from.</summary>
internal static class ColdLoads
{
    public static async Task MeasureAsync(Models models, InferBody big, InferBody small, int times, Report report)
    {
        report.Say("");
        report.Say("| first answer of ResNet-50 (102 MB), where its file comes from | least s | median s | most s |");
        report.Say("|---|---:|---:|---:|");
        Dictionary<string, string> packaged = new(models.Settings) { ["Inference__PackageFolder"] = models.Package };
        await RowAsync("blob storage, by eight ranges at a time; a server that has just started", models.Settings, keep: false, warm: false);
        await RowAsync("the same; a server that has served another model for a second", models.Settings, keep: false, warm: true);
        await RowAsync("a shared folder that another instance has filled (a local disk stands for the share)", models.Settings, keep: true, warm: true);
        await RowAsync("the package of the app", packaged, keep: false, warm: true);

        async Task RowAsync(string source, Dictionary<string, string> settings, bool keep, bool warm)
        {
            var seconds = new List<double>();
            for (int i = 0; i < times; i++)
            {
                if (!keep && Directory.Exists(models.Cache))
                {
                    Directory.Delete(models.Cache, recursive: true);
                }

                using ServerProcess fresh = await ServerProcess.ServingAsync(settings);
                if (warm)
                {
                    small.To(fresh.Infer("mnist")).Closed(1, TimeSpan.FromSeconds(1));
                }

                var clock = Stopwatch.StartNew();
                Measurement first = big.To(fresh.Infer("resnet50")).Once();
                seconds.Add(first.Failed > 0 ? double.NaN : clock.Elapsed.TotalSeconds);
            }

            seconds.Sort();
            report.Say(string.Create(CultureInfo.InvariantCulture, $"| {source} | {seconds[0]:0.00} | {seconds[seconds.Count / 2]:0.00} | {seconds[^1]:0.00} |"));
        }
    }
}
