using System.Diagnostics;

namespace DurableMl.Bench.Inference;

/// <summary>Moves processes to core 0, out of the way of a server that is measured on another, until it is disposed of.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly int[] processes;

    public Crowd(params int[] processes)
    {
        this.processes = processes;
        Move("0");
    }

    /// <summary>Whether there is a second core, and Debian's <c>taskset</c> to choose it.</summary>
    public static bool IsPossible => Environment.ProcessorCount > 1 && File.Exists("/usr/bin/taskset");

    public void Dispose() => Move($"0-{Environment.ProcessorCount - 1}");

    private void Move(string cores)
    {
        foreach (int process in processes)
        {
            using Process taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", cores, $"{process}"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            taskset.StandardOutput.ReadToEnd();
            taskset.WaitForExit();
        }
    }
}
