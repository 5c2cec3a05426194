using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace FunctionsHost.Tests.Queues;

public sealed record Job(string Id, int Size);

public sealed class Outputs
{
    [QueueOutput("jobs")]
    public Job[] Jobs { get; set; } = [];

    [BlobOutput("outputs/{name}.txt")]
    public string? Note { get; set; }

    [HttpResult]
    public IActionResult? Response { get; set; }
}

public sealed class QueueFunctions(Recorder recorder)
{
    [Function("submit")]
    public static Outputs Submit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "submit/{name}")] HttpRequest request,
        string name
    ) =>
        new()
        {
            Jobs = [new Job($"{name}-1", 1), new Job($"{name}-2", 2)],
            Note = $"note of {name}",
            Response = new StatusCodeResult(201),
        };

    [Function("on-job")]
    public void OnJob([QueueTrigger("jobs")] Job job, string id, long dequeueCount) =>
        recorder.Add($"job {job.Id} {job.Size} {id} {dequeueCount}");

    [Function("on-message")]
    [QueueOutput("replies")]
    public string OnMessage([QueueTrigger("%MessagesQueue%")] QueueMessage message) => $"re: {message.Body}";

    [Function("on-reply")]
    public void OnReply([QueueTrigger("replies")] string reply) => recorder.Add(reply);

    [Function("on-bad")]
    public void OnBad([QueueTrigger("bad-messages")] string text)
    {
        recorder.Add($"bad {text}");
        throw new InvalidOperationException("no");
    }
}
