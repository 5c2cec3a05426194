using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The names of a run's orchestration instances. A run's id is the instance id of its <see cref="PipelineOrchestrator"/>.</summary>
public static partial class RunIds
{
    /// <summary>What a run id looks like, for messages.</summary>
    public const string Shape = "lower-case letters, digits and '-', 1 to 48 long, beginning with a letter or digit";

    /// <summary>Whether a text may be a run id. It becomes part of blob names, Batch ids and URLs.</summary>
    public static bool IsValid(string? text) => text is not null && Pattern.IsMatch(text);

    /// <summary>The instance that prepares the dataset.</summary>
    public static string Preprocess(string runId) => runId + ":preprocess";

    /// <summary>The instance of the sweep.</summary>
    public static string Sweep(string runId) => runId + ":sweep";

    /// <summary>The instance of one trial.</summary>
    public static string Trial(string runId, string trialId) => $"{runId}:{trialId}";

    private const string TrialPrefix = "trial-";

    /// <summary>A trial's id, such as <c>trial-007</c>.</summary>
    public static string TrialId(int index) => string.Create(CultureInfo.InvariantCulture, $"{TrialPrefix}{index:D3}");

    /// <summary>The run, and the trial if it is one's, of an instance; null for an instance of anything else.</summary>
    public static (string? RunId, string? TrialId) Parse(string? instanceId)
    {
        string[] parts = (instanceId ?? "").Split(':', 2);
        return IsValid(parts[0]) ? (parts[0], parts is [_, { } part] && part.StartsWith(TrialPrefix, StringComparison.Ordinal) ? part : null) : (null, null);
    }

    /// <summary>The number in a text that may be a trial's id; null where it is none.</summary>
    public static int? TryTrialIndex(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(TrialPrefix, StringComparison.Ordinal) && int.TryParse(text.AsSpan(TrialPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && TrialId(index) == text ? index : null;
    }

    /// <summary>The number in a trial's id.</summary>
    public static int TrialIndex(string trialId)
    {
        ArgumentNullException.ThrowIfNull(trialId);
        return int.Parse(trialId.AsSpan(trialId.LastIndexOf('-') + 1), CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,47}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }
}
