using System.Globalization;
using System.Text.RegularExpressions;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Failures;

/// <summary>Tells failures of a service, which pass by themselves, from others. An orchestrator sees a failure's type by name and its text, nothing more.</summary>
internal static partial class Outage
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.IO.IOException",
        "System.Net.Http.HttpIOException",
        "System.Net.Http.HttpRequestException",
        "System.Net.Sockets.SocketException",
        "System.OperationCanceledException",
        "System.Threading.Tasks.TaskCanceledException",
        "System.TimeoutException",
    };

    /// <summary>How long an outage is waited out.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(12);

    /// <summary>The pauses meanwhile: two seconds at first, five minutes in the end, so that twelve hours are about 150 tries.</summary>
    public static PollSchedule Pauses { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5), 0.5);

    /// <summary>Whether a service did not answer, or answered that it cannot now.</summary>
    public static bool Is(TaskFailureDetails failure)
    {
        for (TaskFailureDetails? details = failure; details is not null; details = details.InnerFailure)
        {
            if (Types.Contains(details.ErrorType) || (details.ErrorType == "Azure.RequestFailedException" && IsPassing(details.ErrorMessage)))
            {
                return true;
            }
        }

        return false;
    }

    // Without a status there was no answer at all.
    private static bool IsPassing(string message) =>
        Status().Match(message) is not { Success: true } match
        || int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture) is 408 or 429 or >= 500;

    [GeneratedRegex(@"\bStatus: (?<code>[0-9]{3})\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Status();
}
