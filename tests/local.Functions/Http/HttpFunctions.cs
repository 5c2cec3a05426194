using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.Http;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace FunctionsHost.Tests.Http;

public sealed record Order(string Item, int Count);

public sealed class Clock
{
    public string Now { get; } = "noon";
}

public sealed class HttpFunctions(ILogger<HttpFunctions> logger, Clock clock)
{
    [Function("hello")]
    public IActionResult Hello([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hello/{name}")] HttpRequest request, string name)
    {
        logger.LogDebug("hello {Name}", name);
        return new OkObjectResult(new { Greeting = $"hello {name} at {clock.Now}", Query = request.Query["q"].ToString() });
    }

    [Function("version")]
    public static IResult Version(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "models/{model}/versions/{version:int?}")] HttpRequest request,
        string model,
        int? version
    ) => Results.Json(new { model, version });

    [Function("order")]
    public static async Task<IActionResult> CreateOrder(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request,
        [FromBody] Order order,
        FunctionContext context,
        CancellationToken cancellation
    )
    {
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        return new CreatedResult(
            $"/orders/{order.Item}",
            new
            {
                order.Item,
                order.Count,
                context.FunctionDefinition.Name,
            }
        );
    }

    [Function("raw")]
    public static async Task<HttpResponseData> Raw([HttpTrigger(AuthorizationLevel.Anonymous, "post", "put")] HttpRequestData request)
    {
        HttpResponseData response = request.CreateResponse(HttpStatusCode.Accepted);
        response.Headers.Add("X-Method", request.Method);
        response.Headers.Add("X-Query", request.Query["a"]);
        response.Cookies.Append("crumb", "1");
        await response.WriteStringAsync($"{await request.ReadAsStringAsync()}!");
        return response;
    }

    [Function("json-data")]
    public static async Task<HttpResponseData> JsonData([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequestData request)
    {
        Order? order = await request.ReadFromJsonAsync<Order>();
        HttpResponseData response = request.CreateResponse();
        await response.WriteAsJsonAsync(order);
        return response;
    }

    [Function("nothing")]
    public static void Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) { }

    [Function("text")]
    public static ValueTask<string> Text([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new("plain");

    [Function("object")]
    public static Task<Order> Poco([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        Task.FromResult(new Order("bolt", 3));

    [Function("broken")]
    public static IActionResult Broken([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new InvalidOperationException("secret detail");
}
