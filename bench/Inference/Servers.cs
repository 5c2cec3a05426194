using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Bench.Inference;

/// <summary>The .NET sides besides serving/. Each runs in a process of its own, started by this program with arguments.</summary>
internal static class Servers
{
    /// <summary>Kestrel without a model: reads bodies and answers nothing.</summary>
    public static Task ReadOnlyAsync(string port)
    {
        WebApplication app = Builder(port).Build();
        app.MapPost("read-only", async (HttpContext context) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.ContentLength = 0;
        });
        return app.RunAsync();
    }

    /// <summary>What one writes in an afternoon: ASP.NET Core, System.Text.Json, one session.</summary>
    public static Task PlainAsync(string port, string model, string shape)
    {
        long[] dimensions = [1, .. shape.Split(',').Select(long.Parse)];
        var session = new InferenceSession(model);
        WebApplication app = Builder(port).Build();
        app.MapPost("/", async (HttpContext context) =>
        {
            Request request = (await JsonSerializer.DeserializeAsync<Request>(context.Request.Body, JsonSerializerOptions.Web))!;
            using var options = new RunOptions();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(request.Inputs[0].Data, dimensions);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["image"], [input], ["scores"]);
            float[] scores = outputs[0].GetTensorDataAsSpan<float>().ToArray();
            await context.Response.WriteAsJsonAsync(new { outputs = new[] { new { name = "scores", datatype = "FP32", shape = new[] { 1, scores.Length }, data = scores } } });
        });
        app.MapGet("v2/health/live", () => "live");
        return app.RunAsync();
    }

    private static WebApplicationBuilder Builder(string port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // A request changes threads less often so, and no empty read comes before the one that counts (docs/decisions/052).
        builder.WebHost.UseSockets(sockets => (sockets.IOQueueCount, sockets.WaitForDataBeforeAllocatingBuffer) = (0, false));
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:" + port);
        return builder;
    }

    private sealed record Request(Input[] Inputs);

    private sealed record Input(float[] Data);
}
