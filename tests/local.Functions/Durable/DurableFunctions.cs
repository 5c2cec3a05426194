using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace FunctionsHost.Tests.Durable;

public sealed record Greeting(string City, string Instance);

public sealed class GreetingFunctions(Recorder recorder)
{
    [Function("Greet")]
    public Task<string> GreetAsync(
        [ActivityTrigger] Greeting greeting,
        string instanceId,
        FunctionContext context,
        CancellationToken cancellation
    )
    {
        recorder.Add($"{context.FunctionDefinition.Name} {greeting.City} {greeting.Instance == instanceId}");
        return Task.FromResult($"Hello {greeting.City}!");
    }

    [Function("Fail")]
    public static string Fail([ActivityTrigger] string reason) => throw new InvalidOperationException(reason);

    [Function("NoInput")]
    public static int NoInput([ActivityTrigger] FunctionContext context) => context.FunctionDefinition.Parameters.Length;
}

public static class HelloOrchestration
{
    [Function("Hello")]
    public static async Task<string[]> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string[] cities)
    {
        context.SetCustomStatus(new { total = cities.Length });
        List<string> greetings = [];
        foreach (string city in cities)
        {
            greetings.Add(await context.CallActivityAsync<string>("Greet", new Greeting(city, context.InstanceId)));
        }

        return [.. greetings];
    }

    [Function("Waiting")]
    public static Task<string> WaitAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.WaitForExternalEvent<string>("go");

    [Function("Failing")]
    public static Task FailAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("Fail", "it broke");

    [Function("WithoutInput")]
    public static Task<int> WithoutInputAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<int>("NoInput");

    [Function("Counting")]
    public static async Task<int> CountAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        EntityInstanceId id = new("Counter", context.InstanceId);
        await context.Entities.CallEntityAsync(id, "add", 2);
        await context.Entities.CallEntityAsync(id, "add", 3);
        return await context.Entities.CallEntityAsync<int>(id, "get");
    }

    [Function("CallsHttp")]
    public static async Task<string> CallHttpAsync([OrchestrationTrigger] TaskOrchestrationContext context, Uri address)
    {
        DurableHttpResponse response = await context.CallHttpAsync(
            new DurableHttpRequest(HttpMethod.Post, address)
            {
                Content = "body",
                AsynchronousPatternEnabled = true,
                HttpRetryOptions = new HttpRetryOptions { MaxNumberOfAttempts = 3, FirstRetryInterval = TimeSpan.FromMilliseconds(10) },
            }
        );
        return $"{(int)response.StatusCode} {response.Content}";
    }
}

public sealed class Counter
{
    public int Value { get; set; }

    public void Add(int amount) => Value += amount;

    public int Get() => Value;
}

public static class CounterEntity
{
    [Function("Counter")]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync<Counter>();
}

public static class StartFunctions
{
    [Function("start")]
    public static async Task<HttpResponseData> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{name}")] HttpRequestData request,
        string name,
        [DurableClient] DurableTaskClient client
    )
    {
        object? input = await request.ReadFromJsonAsync<System.Text.Json.JsonElement?>();
        string id = await client.ScheduleNewOrchestrationInstanceAsync(name, input);
        return await client.CreateCheckStatusResponseAsync(request, id);
    }

    [Function("payload")]
    public static HttpManagementPayload Payload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "payload/{id}")] HttpRequestData request,
        string id,
        [DurableClient] DurableTaskClient client
    ) => client.CreateHttpManagementPayload(id);
}

public sealed class FlakyService(Recorder recorder)
{
    [Function("flaky")]
    public async Task<HttpResponseData> FlakyAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequestData request)
    {
        recorder.Add("flaky");
        bool down = recorder.Count("flaky") < 3;
        HttpResponseData response = request.CreateResponse(
            down ? System.Net.HttpStatusCode.ServiceUnavailable : System.Net.HttpStatusCode.OK
        );
        await response.WriteStringAsync($"got {await request.ReadAsStringAsync()}");
        return response;
    }

    [Function("slow-job")]
    public HttpResponseData SlowJob([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "slow-job")] HttpRequestData request)
    {
        recorder.Add($"slow {request.Method}");
        HttpResponseData response = request.CreateResponse(
            request.Method == "POST" || recorder.Count("slow GET") < 2 ? System.Net.HttpStatusCode.Accepted : System.Net.HttpStatusCode.OK
        );
        response.Headers.Add("Location", "/api/slow-job");
        response.Headers.Add("Retry-After", "0");
        response.WriteString("done");
        return response;
    }
}
