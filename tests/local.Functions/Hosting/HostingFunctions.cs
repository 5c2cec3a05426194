using Microsoft.AspNetCore.Http;

namespace FunctionsHost.Tests.Hosting;

public sealed class Gate
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public sealed class GatedFunctions(Gate gate, Recorder recorder)
{
    [Function("wait")]
    public async Task<string> WaitAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        gate.Entered.SetResult();
        await gate.Released.Task;
        return "waited";
    }

    [Function("until-cancelled")]
    public async Task<string> UntilCancelledAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request,
        CancellationToken cancellation
    )
    {
        gate.Entered.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return "";
        }
        finally
        {
            recorder.Add("cancelled");
        }
    }

    [Function("size")]
    public static async Task<string> SizeAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request)
    {
        long size = 0;
        byte[] buffer = new byte[64 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer)) > 0; size += read) { }

        return $"{size}";
    }

    [Function("any")]
    public static string Any([HttpTrigger(AuthorizationLevel.Anonymous, Route = "any/{*rest}")] HttpRequest request, string rest) =>
        $"{request.Method} {rest}";
}
