using DurableMl.FunctionsHost.Worker.Protocol;

namespace DurableMl.FunctionsHost.Worker;

/// <summary>
/// No worker runs, or it ended during the invocation: the work is to be handed out again. The durable extension knows this case by a part of
/// the message, and then abandons the work item instead of failing it.
/// </summary>
/// <param name="detail">What happened to the worker.</param>
internal sealed class WorkerUnavailableException(string detail) : InvalidOperationException($"Did not find any initialized language workers. {detail}");

/// <summary>
/// The function failed in the worker. The durable extension takes the message apart by its three lines, to give the orchestration the
/// failure's own type and text.
/// </summary>
internal sealed class FunctionFailedException : Exception
{
    /// <summary>Wraps what the worker reports.</summary>
    public FunctionFailedException(StatusResult result)
        : base(
            $"Result: {(result.Status == StatusResult.Types.Status.Cancelled ? "Cancelled" : "Failure")}\n"
            + $"Exception: {result.Exception?.Message}\nStack: {result.Exception?.StackTrace}")
    {
        RemoteType = result.Exception?.Type ?? "";
        RemoteMessage = result.Exception?.Message ?? result.Result;
    }

    /// <summary>The exception's type in the worker.</summary>
    public string RemoteType { get; }

    /// <summary>The exception's message in the worker.</summary>
    public string RemoteMessage { get; }

    /// <summary>Type and message on one line. The worker's message may hold the whole exception, stack and all.</summary>
    public string Reason
    {
        get
        {
            var end = RemoteMessage.IndexOf('\n', StringComparison.Ordinal);
            var message = end < 0 ? RemoteMessage : RemoteMessage[..end].TrimEnd();
            return RemoteType.Length == 0 ? message : $"{RemoteType}: {message}";
        }
    }
}
