using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Workflows;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Workflows;

/// <summary><c>POST api/workflows/test-state</c>: tries out one state of a definition, as AWS's operation TestState does.</summary>
/// <param name="time">The clock.</param>
public sealed class TestState(TimeProvider time)
{
    private const int MaxBytes = 2 * WorkflowStore.MaxBytes;

    /// <summary>Answers what the state does, or 400 where the definition or the request is wrong.</summary>
    [Function(nameof(TestState))]
    public async Task<HttpResponseData> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/workflows/test-state")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (document, refusal) = await request.ReadJsonAsync("request", MaxBytes, "{}", cancellationToken);
        if (document is not { } read)
        {
            return refusal!;
        }

        try
        {
            if (JsonSerializer.SerializeToNode(read) is not JsonObject asked || Unquoted(asked["definition"]) is not JsonObject definition)
            {
                return await request.InvalidAsync("The request is not valid.", [new("$.definition", "must be a definition: an object, or the text of one")]);
            }

            // Without a role AWS runs no task, and here none runs without a mock.
            var identity = new ExecutionIdentity("execution:test:test", "test", "", "stateMachine:test", "test");
            return await request.JsonAsync(
                HttpStatusCode.OK, await StateTest.RunAsync(definition, Unquoted(asked["input"]) ?? new JsonObject(), asked, new Surroundings(time), identity));
        }
        catch (StateTestRefusedException e)
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, $"The state cannot be tried out: {e.Code}.", e.Message);
        }
        catch (JsonException e)
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The request is not valid.", $"definition and input must be JSON, or texts of JSON: {e.Message}");
        }
    }

    // AWS's operation takes documents as texts.
    private static JsonNode? Unquoted(JsonNode? given) =>
        given?.GetValueKind() == JsonValueKind.String ? JsonNode.Parse(given.GetValue<string>()) : given?.DeepClone();

    private sealed class Surroundings(TimeProvider time) : IWorkflowHost
    {
        public DateTimeOffset Now => time.GetUtcNow();

        public Guid NewGuid() => Guid.NewGuid();

        public Task<JsonNode?> CallAsync(TaskRequest request) => Task.FromException<JsonNode?>(new WorkflowFailure(
            ErrorNames.TaskFailed, "A test runs no task. Give its result, or its error, in 'mock'."));

        public Task DelayUntilAsync(DateTimeOffset time) => Task.CompletedTask;

        public async Task<bool> EndsByAsync(Task work, DateTimeOffset time)
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }
    }
}

/// <param name="Definition">The state, or a machine that holds it.</param>
/// <param name="Input">The state's input.</param>
/// <param name="StateName">Which state of a machine.</param>
/// <param name="InspectionLevel">INFO, DEBUG or TRACE.</param>
/// <param name="Mock"><c>result</c>, a text of JSON, or <c>errorOutput</c> with <c>error</c> and <c>cause</c>.</param>
/// <param name="Context">The context object.</param>
/// <param name="Variables">The variables.</param>
/// <param name="StateConfiguration"><c>retrierRetryCount</c>, <c>mapIterationFailureCount</c>, <c>mapItemReaderData</c>.</param>
internal sealed record StateTestDocument(
    JsonObject Definition,
    JsonNode? Input = null,
    string? StateName = null,
    string? InspectionLevel = null,
    JsonObject? Mock = null,
    JsonObject? Context = null,
    JsonObject? Variables = null,
    JsonObject? StateConfiguration = null);
