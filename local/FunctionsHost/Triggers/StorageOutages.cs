using Azure.Core;
using Azure.Core.Pipeline;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// Lets triggers outlast a storage service that is down for a while, such as an emulator that is started later or again: a trigger whose poll
/// fails breaks for good. Says once in the log, and in the status, which service does not answer.
/// </summary>
internal sealed partial class StorageOutages(HostState state, ILogger<StorageOutages> logger) : HttpPipelinePolicy
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>After this many seconds a service is taken for lost.</summary>
    private const int MaxRetries = 600;

    /// <summary>Sets up the clients of the extensions.</summary>
    public void Configure(ClientOptions options)
    {
        options.Retry.Mode = RetryMode.Fixed;
        options.Retry.Delay = Delay;
        options.Retry.MaxRetries = MaxRetries;
        options.AddPolicy(this, HttpPipelinePosition.PerRetry);
    }

    /// <inheritdoc />
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
            Answered(message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Failed(message, e);
            throw;
        }
    }

    /// <inheritdoc />
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
            Answered(message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Failed(message, e);
            throw;
        }
    }

    private static string AddressOf(HttpMessage message) => message.Request.Uri.ToUri().GetLeftPart(UriPartial.Authority);

    private void Answered(HttpMessage message)
    {
        if (!state.Outages.IsEmpty && AddressOf(message) is var address && state.Outages.TryRemove(address, out _))
        {
            LogAnswers(logger, address);
        }
    }

    private void Failed(HttpMessage message, Exception error)
    {
        var address = AddressOf(message);
        if (state.Outages.TryAdd(address, FunctionFaults.Reason(error)))
        {
            LogOutage(logger, address, FunctionFaults.Reason(error));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage at {Address} does not answer: {Reason} It is tried again and again.")]
    private static partial void LogOutage(ILogger logger, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage at {Address} answers again.")]
    private static partial void LogAnswers(ILogger logger, string address);
}
