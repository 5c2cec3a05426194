using System.Security.Cryptography;
using System.Text;

namespace DurableMl.BatchJobs.Submission;

/// <summary>Batch ids that follow from our own: the same run, trial and attempt always give the same id.</summary>
public static class BatchIds
{
    private const int Longest = 64;
    private const string DedicatedSuffix = "-dedicated";

    /// <summary>The Batch job of a run on spot or on dedicated nodes.</summary>
    public static string Job(string runId, bool dedicated) =>
        Fit(runId, Longest - DedicatedSuffix.Length) + (dedicated ? DedicatedSuffix : "");

    /// <summary>The Batch task of one attempt of a trial, attempts counted from 1.</summary>
    public static string Task(string trialId, int attempt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var suffix = $"-a{attempt}";
        return Fit(trialId, Longest - suffix.Length) + suffix;
    }

    // Batch allows letters, digits, - and _. A name that had to be changed gets a hash, so that two never become one.
    private static string Fit(string name, int longest)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
        if (safe.Length <= longest && string.Equals(safe, name, StringComparison.Ordinal))
        {
            return name;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..10];
        return $"{safe[..Math.Min(safe.Length, longest - hash.Length - 1)]}-{hash}";
    }
}
