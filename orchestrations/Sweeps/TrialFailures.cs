using System.Text.RegularExpressions;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>Says in a sentence why trials have failed.</summary>
internal static partial class TrialFailures
{
    /// <summary>The most frequent cause and how often it was, such as <c>diverged: the validation loss is nan (5 of 6 trials)</c>; null when none has failed.</summary>
    /// <param name="trials">The trials, those that have not failed among them.</param>
    /// <param name="all">How many trials there are; null for as many as are given.</param>
    public static string? Describe(IReadOnlyCollection<TrialStatus> trials, int? all = null)
    {
        TrialStatus[] failed = [.. trials.Where(trial => trial.State == TrialState.Failed)];
        if (failed.Length == 0)
        {
            return null;
        }

        // "diverged at step 350" and "… at step 400" are one cause.
        TrialStatus[] most = [.. failed.GroupBy(trial => Number().Replace(trial.Error ?? "", "#"), StringComparer.Ordinal).MaxBy(group => group.Count())!];
        int total = all ?? trials.Count;
        string cause = (most[0].Error ?? "no reason was given").TrimEnd('.');
        string count = FormattableString.Invariant($"{most.Length} of {total} trial{(total == 1 ? "" : "s")}");
        return most.Length == failed.Length
            ? $"{cause} ({count})"
            : FormattableString.Invariant($"{failed.Length} of {total} trials have failed, most often because: {cause} ({most.Length})");
    }

    [GeneratedRegex("[0-9]+([.][0-9]+)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
