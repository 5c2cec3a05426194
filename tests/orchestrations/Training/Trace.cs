using System.Globalization;

namespace Orchestrations.Tests.Training;

/// <summary>One step that a process of the counting job did.</summary>
/// <param name="Number">The step, from 1.</param>
/// <param name="Process">The process.</param>
/// <param name="Pool">The pool of its node.</param>
internal sealed record TracedStep(int Number, int Process, string Pool);

/// <summary>The file in which the counting job writes down each step.</summary>
internal static class Trace
{
    public static IReadOnlyList<TracedStep> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd();
        // The last line may be half written.
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(
            words => new TracedStep(int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[2]))];
    }
}
