using System.Diagnostics;
using System.Text;
using Azure.Storage.Blobs;
using DurableMl.Serving.Grpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace Serving.Tests;

/// <summary>The container's program as a process of its own.</summary>
internal sealed class Server : IAsyncDisposable
{
    /// <summary>The key that it takes.</summary>
    public const string Key = "a key for tests, long enough";

    private static readonly Lazy<Task<AzuriteProcess>> Azurite = new(() => AzuriteProcess.StartAsync());

    private readonly TemporaryFolder folder = new();
    private readonly StringBuilder log = new();
    private readonly int[] ports = FreePort.Next(2);
    private readonly Process process;

    private Server(string storage, IEnumerable<(string Name, string Value)> settings)
    {
        // {project}/bin/{configuration}/{framework}, as this assembly lies in tests/serving/bin/{configuration}/{framework}.
        string[] parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        string built = Path.Combine(Repository.Root, "serving", "bin", parts[^2], parts[^1]);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(built, "DurableMl.Serving.dll")]) { WorkingDirectory = built, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in settings.Concat(
        [
            ("DataStorage", storage), ("Inference__CacheFolder", folder["models"]),
            ("Kestrel__Endpoints__Http__Url", $"http://127.0.0.1:{ports[0]}"), ("Kestrel__Endpoints__Grpc__Url", $"http://127.0.0.1:{ports[1]}"),
        ]))
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[0]}/"), Timeout = Patience.Limit };
        Http.DefaultRequestHeaders.Add("x-functions-key", Key);
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{ports[1]}");
        Grpc = new GRPCInferenceService.GRPCInferenceServiceClient(Channel);
    }

    public HttpClient Http { get; }

    public GrpcChannel Channel { get; }

    public GRPCInferenceService.GRPCInferenceServiceClient Grpc { get; }

    /// <summary>The key, as gRPC clients send it.</summary>
    public static Metadata WithKey => new() { { "x-functions-key", Key } };

    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    public int Id => process.Id;

    public static async Task<BlobServiceClient> BlobsAsync() => new((await Azurite.Value).ConnectionString);

    /// <summary>Starts it without waiting, for settings that it does not start with.</summary>
    public static async Task<Server> LaunchAsync(params (string Name, string Value)[] settings) =>
        new((await Azurite.Value).ConnectionString, settings);

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<Server> StartAsync(params (string Name, string Value)[] settings)
    {
        Server server = await LaunchAsync([("Serving__Keys__0", "another key, which is not used"), ("Serving__Keys__1", Key), ("Serving__DrainSeconds", "0"), .. settings]);
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.IsFalse(server.process.HasExited, server.Log);
                return await server.IsReadyAsync();
            },
            "it is ready",
            () => server.Log);
        return server;
    }

    public Task<bool> IsReadyAsync() => Http.AnswersAsync("v2/health/ready");

    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
        Http.Dispose();
        Channel.Dispose();
        folder.Dispose();
    }

    public static async Task StopStorageAsync()
    {
        if (Azurite.IsValueCreated)
        {
            await (await Azurite.Value).DisposeAsync();
        }
    }

    private void Append(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }
}
