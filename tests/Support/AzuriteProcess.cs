using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DurableMl.Tests.Support;

/// <summary>A real Azurite (blobs, queues, tables) on free loopback ports, in memory, stopped on dispose.</summary>
public sealed class AzuriteProcess : IAsyncDisposable
{
    /// <summary>Azurite's published development account.</summary>
    public const string AccountName = "devstoreaccount1";

    /// <summary>Azurite's published development key; no secret.</summary>
    public const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly Process process;
    private readonly TemporaryFolder folder;
    private readonly StringBuilder output;

    private AzuriteProcess(Process process, TemporaryFolder folder, StringBuilder output, int[] ports)
    {
        this.process = process;
        this.folder = folder;
        this.output = output;
        BlobEndpoint = Endpoint(ports[0]);
        QueueEndpoint = Endpoint(ports[1]);
        TableEndpoint = Endpoint(ports[2]);
    }

    /// <summary>The operating system's number of the process.</summary>
    public int Id => process.Id;

    /// <summary>For example <c>http://127.0.0.1:40123/devstoreaccount1</c>.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>Like <see cref="BlobEndpoint"/>, for queues.</summary>
    public Uri QueueEndpoint { get; }

    /// <summary>Like <see cref="BlobEndpoint"/>, for tables.</summary>
    public Uri TableEndpoint { get; }

    /// <summary>What the Azure storage SDKs and the Functions host take as a connection.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={AccountName};AccountKey={AccountKey};BlobEndpoint={BlobEndpoint};QueueEndpoint={QueueEndpoint};TableEndpoint={TableEndpoint};";

    /// <summary>Starts Azurite and returns once it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not listen within <see cref="Patience.Limit"/>; the message holds its output.</exception>
    public static async Task<AzuriteProcess> StartAsync(CancellationToken cancellationToken = default)
    {
        var folder = new TemporaryFolder();
        var ports = FreePort.Next(3);
        var output = new StringBuilder();
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Path.Combine(Repository.NodeModules, "azurite", "dist", "src", "azurite.js"),
            "--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
            "--blobPort", Text(ports[0]), "--queuePort", Text(ports[1]), "--tablePort", Text(ports[2]),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.WorkingDirectory = folder.Path;
        var process = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var azurite = new AzuriteProcess(process, folder, output, ports);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience.Limit);
            foreach (var port in ports)
            {
                await azurite.WaitUntilListeningAsync(port, limit.Token);
            }

            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        folder.Dispose();
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private static Uri Endpoint(int port) => new($"http://127.0.0.1:{Text(port)}/{AccountName}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task WaitUntilListeningAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
                return;
            }
            catch (SocketException) when (!process.HasExited)
            {
                await Task.Delay(50, cancellationToken);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                lock (output)
                {
                    throw new InvalidOperationException($"Azurite did not start on port {port}. Its output: {output}", exception);
                }
            }
        }
    }
}
