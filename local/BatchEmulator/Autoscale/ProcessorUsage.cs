using System.Globalization;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>How busy the machine's processors were since the last look, where /proc/stat tells.</summary>
internal sealed class ProcessorUsage
{
    private (double Busy, double Total) last;

    /// <summary>0 to 100; null the first time and where it cannot be known.</summary>
    public double? Percent()
    {
        if (!File.Exists("/proc/stat"))
        {
            return null;
        }

        // cpu user nice system idle iowait irq softirq steal ...
        using var reader = new StreamReader("/proc/stat");
        var ticks = (reader.ReadLine() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToList();
        if (ticks.Count < 5)
        {
            return null;
        }

        var (busy, total) = (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
        var before = last;
        last = (busy, total);
        return before.Total == 0 || total <= before.Total ? null : 100 * (busy - before.Busy) / (total - before.Total);
    }
}
