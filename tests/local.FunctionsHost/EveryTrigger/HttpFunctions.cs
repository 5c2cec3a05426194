using System.Diagnostics;
using System.Net;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Logging;

namespace EveryTrigger;

/// <summary>HTTP in ASP.NET Core's types.</summary>
public class HttpFunctions(ILogger<HttpFunctions> logger)
{
    [Function("Echo")]
    public static async Task<IResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "echo/{id:int}/{rest?}")] HttpRequest request, int id, string? rest)
    {
        using var reader = new StreamReader(request.Body);
        return Results.Json(new { id, rest, method = request.Method, body = await reader.ReadToEndAsync(), query = request.Query["q"].ToString(), host = request.Host.Value, agent = request.Headers["x-test"].ToString() });
    }

    [Function("Anonymous")]
    public static IActionResult Anonymous([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new OkObjectResult("open");

    [Function("Keyed")]
    public static IActionResult Keyed([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => new OkObjectResult("keyed");

    [Function("AdminOnly")]
    public static IActionResult AdminOnly([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => new OkObjectResult("admin");

    [Function("Throws")]
    public static IActionResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new InvalidOperationException("a secret of the app");

    [Function("Upload")]
    public static async Task<IActionResult> Upload([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request)
    {
        long length = 0;
        var buffer = new byte[81920];
        int read;
        while ((read = await request.Body.ReadAsync(buffer)) > 0)
        {
            length += read;
        }

        return new OkObjectResult(length);
    }

    [Function("Stream")]
    public static async Task StreamNumbers([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        var response = request.HttpContext.Response;
        for (var i = 0; i < 3; i++)
        {
            await response.WriteAsync($"{i}\n");
            await response.Body.FlushAsync();
            await Signals.WaitAsync($"stream-{i}", request.HttpContext.RequestAborted);
        }
    }

    [Function("BreaksOff")]
    public static async Task BreaksOff([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("a part");
        await request.HttpContext.Response.Body.FlushAsync();
        // A connection that is reset loses what its reader has not taken yet.
        await Signals.WaitAsync("break-off", request.HttpContext.RequestAborted);
        throw new InvalidOperationException("a secret of the app");
    }

    [Function("Slow")]
    public static async Task<IActionResult> Slow([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow/{file}")] HttpRequest request, string file)
    {
        await Record.WriteAsync(file, "began");
        await Task.Delay(TimeSpan.FromSeconds(1));
        return new OkObjectResult("done");
    }

    [Function("Signal")]
    public static IActionResult Signal([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "signal/{name}")] HttpRequest request, string name)
    {
        Signals.Set(name);
        return new NoContentResult();
    }

    [Function("Waits")]
    public async Task<IActionResult> Waits([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "waits/{file}")] HttpRequest request, string file, CancellationToken cancellationToken)
    {
        await Record.WriteAsync(file, "began");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await Record.WriteAsync(file, "cancelled");
            logger.LogInformation("The caller has gone.");
        }

        return new OkResult();
    }

    [Function("Ignores")]
    public static async Task<IActionResult> Ignores([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        await Task.Delay(TimeSpan.FromHours(1));
        return new OkResult();
    }

    [Function("Logs")]
    public IActionResult Logs([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        logger.LogInformation("Hello from {Where}.", "Logs");
        return new OkObjectResult(Activity.Current?.TraceId.ToString() ?? "none");
    }

    [Function("Pid")]
    public static IActionResult Pid([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult(Environment.ProcessId);

    [Function("Crash")]
    public static IActionResult Crash([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request)
    {
        Environment.Exit(3);
        return new OkResult();
    }

    [Function("ToQueue")]
    public static async Task<QueueAndResponse> ToQueue([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "to-queue/{name}")] HttpRequest request, string name)
    {
        using var reader = new StreamReader(request.Body);
        return new QueueAndResponse { Messages = [$"{name}:{await reader.ReadToEndAsync()}", "second"], Result = new AcceptedResult() };
    }

    [Function("ReadBlob")]
    public static IActionResult ReadBlob(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "blobs/{name}")] HttpRequest request, [BlobInput("inputs/{name}")] string? content) =>
        content is null ? new NotFoundResult() : new OkObjectResult(content);

    [Function("ReadBytes")]
    public static IActionResult ReadBytes(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bytes/{name}")] HttpRequest request, [BlobInput("inputs/{name}")] byte[]? content) =>
        new OkObjectResult(Convert.ToHexString(content ?? []));

    [Function("ReadStream")]
    public static async Task<IActionResult> ReadStream(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "streams/{name}")] HttpRequest request, [BlobInput("inputs/{name}")] Stream content)
    {
        using var reader = new StreamReader(content);
        return new OkObjectResult(await reader.ReadToEndAsync());
    }

    [Function("ReadAll")]
    public static IActionResult ReadAll(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "all")] HttpRequest request, [BlobInput("many")] IEnumerable<string> contents) =>
        new OkObjectResult(contents.Order());

    [Function("ReadContainer")]
    public static async Task<IActionResult> ReadContainer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "container")] HttpRequest request, [BlobInput("many")] BlobContainerClient container)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync())
        {
            names.Add(blob.Name);
        }

        return new OkObjectResult(names);
    }

    [Function("WriteAll")]
    public static Outputs WriteAll([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "write/{name}")] HttpRequest request, string name) => new()
    {
        Orders = [new Order(name, 1), new Order(name, 2)],
        Bytes = [1, 2, 255],
        Json = new Order(name, 3),
        Result = new OkResult(),
    };

    [Function("Disabled")]
    public static IActionResult Disabled([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkResult();
}

/// <summary>Output to a queue and to the caller at once.</summary>
public class QueueAndResponse
{
    [QueueOutput("out-messages")]
    public string[] Messages { get; set; } = [];

    [HttpResult]
    public IActionResult? Result { get; set; }
}

/// <summary>Outputs of other types than text.</summary>
public class Outputs
{
    [QueueOutput("out-orders")]
    public Order[] Orders { get; set; } = [];

    [BlobOutput("out/{name}.bin")]
    public byte[] Bytes { get; set; } = [];

    [BlobOutput("out/{name}.json")]
    public Order? Json { get; set; }

    [HttpResult]
    public IActionResult? Result { get; set; }
}

/// <summary>HTTP without ASP.NET Core; in that model the worker gets the whole request through gRPC.</summary>
public static class HttpDataFunctions
{
    [Function("Data")]
    public static async Task<HttpResponseData> Data(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "data/{id}")] HttpRequestData request, string id)
    {
        using var reader = new StreamReader(request.Body);
        var response = request.CreateResponse(HttpStatusCode.Created);
        response.Headers.Add("x-id", id);
        await response.WriteStringAsync($"{request.Method} {request.Url.PathAndQuery} {await reader.ReadToEndAsync()}");
        return response;
    }

    [Function("DataThrows")]
    public static HttpResponseData DataThrows([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request) =>
        throw new InvalidOperationException("a secret of the app");

    [Function("DataToQueue")]
    public static DataAndMessage DataToQueue([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request) =>
        new() { Message = "from data", Response = request.CreateResponse(HttpStatusCode.OK) };
}

public class DataAndMessage
{
    [QueueOutput("out-messages")]
    public string? Message { get; set; }

    [HttpResult]
    public HttpResponseData? Response { get; set; }
}
