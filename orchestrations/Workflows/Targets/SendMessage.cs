using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>
/// Activity: <c>queue:send</c>. <c>Queue</c> (or, as SQS calls it, <c>QueueUrl</c>) names one of <see cref="WorkflowOptions.Queues"/>, <c>MessageBody</c> is a text or
/// any JSON; <c>DelaySeconds</c> hides it at first. The queue is made if it is not there. After a crash a message may be sent twice.
/// </summary>
/// <param name="queues">The data account.</param>
/// <param name="options">The settings.</param>
public sealed class SendMessage(QueueServiceClient queues, IOptions<WorkflowOptions> options)
{
    private const int MostBytes = 48 * 1024;

    /// <summary>Sends it, in base64, as triggers of Functions expect it.</summary>
    /// <exception cref="PermanentFailureException">The arguments are wrong.</exception>
    [Function(nameof(SendMessage))]
    public async Task<JsonNode> RunAsync([ActivityTrigger] JsonNode input, CancellationToken cancellationToken)
    {
        var arguments = input as JsonObject ?? [];
        var name = ((string?)(arguments["Queue"] ?? arguments["QueueUrl"]) ?? throw new PermanentFailureException("$.Queue is required.")).Split('/')[^1];
        if (!options.Value.Queues.Contains(name))
        {
            throw new PermanentFailureException($"Workflows may send nothing to the queue '{name}'; the setting Workflows__Queues__0 allows queues.");
        }

        var body = arguments["MessageBody"];
        var text = body is JsonValue value && value.TryGetValue(out string? given) ? given : body?.ToJsonString() ?? throw new PermanentFailureException("$.MessageBody is required.");
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
        {
            throw new PermanentFailureException($"$.MessageBody has more than {MostBytes} bytes; send the name of a blob instead.");
        }

        var delay = TimeSpan.FromSeconds(Math.Clamp((double?)arguments["DelaySeconds"] ?? 0, 0, 604_800));
        QueueClient queue = queues.GetQueueClient(name);
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        SendReceipt receipt = await queue.SendMessageAsync(text, visibilityTimeout: delay, cancellationToken: cancellationToken);
        return new JsonObject { ["MessageId"] = receipt.MessageId };
    }
}
