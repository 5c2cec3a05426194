using System.Globalization;

namespace DurableMl.Bench.Inference;

/// <summary>What requests cost, from the processor time that they were measured to take. Prices: East US, USD, read 2026-11, free grants left out.</summary>
internal static class Prices
{
    private const double FlexGigabyteSecond = 0.000026;
    private const double FlexMillion = 0.40;
    private const double AppsCoreSecond = 0.000024;
    private const double AppsGigabyteSecond = 0.000003;
    private const double AppsMillion = 0.40;
    private const double VmHour = 0.0846;

    /// <summary>Requests a second for a dollar an hour, while there are enough requests to keep the cores busy.</summary>
    /// <param name="report">Receives the table.</param>
    /// <param name="models">Of each model: microseconds of processor time a request in the Functions host, null where it was not measured, and in serving/.</param>
    public static void Write(Report report, IReadOnlyList<(string Model, double? Functions, double Serving)> models)
    {
        report.Say("");
        report.Say("| model | host | vCPU | USD/h | requests/s | requests/s per USD/h, executions included | USD per million |");
        report.Say("|---|---|---:|---:|---:|---:|---:|");
        foreach ((string model, double? functions, double serving) in models)
        {
            Row(model, "Flex, 2 GB, a core", 1, 2 * FlexGigabyteSecond * 3600, FlexMillion, functions);
            Row(model, "Container Apps, 2 vCPU, 4 GiB", 2, ((2 * AppsCoreSecond) + (4 * AppsGigabyteSecond)) * 3600, AppsMillion, serving);
            Row(model, "VM, F2s_v2", 2, VmHour, 0, serving);
        }

        void Row(string model, string host, int cores, double hour, double million, double? microseconds)
        {
            if (microseconds is not { } each)
            {
                return;
            }

            double rate = cores * 1e6 / each;
            double all = hour + (rate * 3600 / 1e6 * million);
            report.Say(string.Create(
                CultureInfo.InvariantCulture, $"| {model} | {host} | {cores} | {hour:0.000} | {rate:0} | {rate / all:0} | {all / (rate * 3600) * 1e6:0.0000} |"));
        }
    }

    /// <summary>Memory against time and cost: on Flex more memory means more cores, so that an answer comes sooner and each second costs more.</summary>
    /// <param name="report">Receives the table.</param>
    /// <param name="instances">Gigabytes, cores, milliseconds of an answer, and megabytes that the server held.</param>
    public static void WriteMemory(Report report, IReadOnlyList<(int Gigabytes, int Cores, double Milliseconds, double Megabytes)> instances)
    {
        report.Say("");
        report.Say("| ResNet-50, one request after the other | cores | ms | MB held | USD per million on Flex |");
        report.Say("|---|---:|---:|---:|---:|");
        foreach ((int gigabytes, int cores, double milliseconds, double megabytes) in instances)
        {
            double million = FlexMillion + (gigabytes * FlexGigabyteSecond * milliseconds / 1000 * 1e6);
            report.Say(string.Create(CultureInfo.InvariantCulture, $"| {gigabytes} GB | {cores} | {milliseconds:0.0} | {megabytes:0} | {million:0.00} |"));
        }
    }
}
