using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker.Protocol;
using Grpc.Core;
using RpcException = Grpc.Core.RpcException;

namespace DurableMl.FunctionsHost.Worker;

/// <summary>The conversation with one worker process, from its first message to its end.</summary>
internal sealed class WorkerChannel(FunctionApp app, WorkerLog log, TimeProvider time)
{
    /// <summary>Messages that wait for the connection; a sender waits when there are more.</summary>
    private const int QueueLength = 4096;

    private static readonly TimeSpan ListenPoll = TimeSpan.FromMilliseconds(20);

    private readonly Channel<StreamingMessage> _outgoing =
        Channel.CreateBounded<StreamingMessage>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invocations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StatusResult>> _loads = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<WorkerInitResponse> _initialised = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? _status;
    private volatile string? _closedBecause;

    /// <summary>What the process must say to be taken for this worker; known to nobody else.</summary>
    public string WorkerId { get; } = Guid.NewGuid().ToString();

    /// <summary>Where the worker takes HTTP requests itself, or null if it wants them as messages.</summary>
    public string? HttpAddress { get; private set; }

    /// <summary>The worker's version, as it says.</summary>
    public string WorkerVersion { get; private set; } = "";

    /// <summary>Functions that the worker could not load, and why.</summary>
    public IReadOnlyDictionary<string, string> LoadFaults { get; private set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Invocations without an answer yet.</summary>
    public int InvocationCount => _invocations.Count;

    /// <summary>True once the conversation has ended.</summary>
    public bool IsClosed => _closedBecause is not null;

    /// <summary>Completes when the conversation has ended.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Carries the messages of the gRPC call until it ends. Called by the gRPC service once the worker has said who it is.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        _connected.TrySetResult();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAllAsync(outgoing, ended.Token);
        try
        {
            while (await incoming.MoveNext(ended.Token))
            {
                Receive(incoming.Current);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RpcException)
        {
            // The process is gone, or the host stops: whoever waits for an answer is told below.
        }
        finally
        {
            Close("The worker ended the connection.");
            await ended.CancelAsync();
            await sending;
        }
    }

    /// <summary>Waits for the worker, exchanges capabilities and loads the functions.</summary>
    /// <exception cref="WorkerUnavailableException">The worker ended meanwhile.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task InitialiseAsync(IEnumerable<FunctionDefinition> functions, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _connected.Task.WaitAsync(timeout, time, cancellationToken);
        var request = new WorkerInitRequest
        {
            HostVersion = typeof(WorkerChannel).Assembly.GetName().Version?.ToString() ?? "",
            WorkerDirectory = app.Folder,
            FunctionAppDirectory = app.Folder,
        };
        await SendAsync(new StreamingMessage { RequestId = Guid.NewGuid().ToString(), WorkerInitRequest = request }, cancellationToken);
        var response = await _initialised.Task.WaitAsync(timeout, time, cancellationToken);
        if (response.Result is { Status: not StatusResult.Types.Status.Success } failure)
        {
            throw new WorkerUnavailableException($"The worker refused to start: {failure.Exception?.Message}");
        }

        WorkerVersion = response.WorkerVersion;
        HttpAddress = response.Capabilities.GetValueOrDefault("HttpUri");
        log.IsExportedByWorker = response.Capabilities.GetValueOrDefault("WorkerOpenTelemetryEnabled") is "True" or "true";
        LoadFaults = await LoadAsync(functions, timeout, cancellationToken);
        if (HttpAddress is { } address)
        {
            await WaitUntilListeningAsync(new Uri(address), cancellationToken).WaitAsync(timeout, time, cancellationToken);
        }
    }

    /// <summary>Runs a function in the worker and waits for its answer.</summary>
    /// <param name="request">Function, input and an unused invocation id.</param>
    /// <param name="cancellationToken">Tells the function's own token; the answer is waited for nevertheless.</param>
    /// <exception cref="WorkerUnavailableException">The worker ended before it answered.</exception>
    public async Task<InvocationResponse> InvokeAsync(InvocationRequest request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_invocations.TryAdd(request.InvocationId, answer))
        {
            throw new InvalidOperationException($"The invocation {request.InvocationId} is running already.");
        }

        try
        {
            // Closing takes what it finds in the table, so it is looked at again after the entry is there.
            ThrowIfClosed();
            await SendAsync(new StreamingMessage { RequestId = request.InvocationId, InvocationRequest = request }, CancellationToken.None);
            await using var registration = cancellationToken.UnsafeRegister(
                static (state, _) => ((Cancellation)state!).Send(), new Cancellation(this, request.InvocationId));
            return await answer.Task;
        }
        finally
        {
            _invocations.TryRemove(request.InvocationId, out _);
        }
    }

    /// <summary>Cancels the token of a function that runs.</summary>
    public void Cancel(string invocationId) => new Cancellation(this, invocationId).Send();

    /// <summary>Asks the worker for a sign of life.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public async Task CheckAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _status = answer;
        await SendAsync(new StreamingMessage { RequestId = Guid.NewGuid().ToString(), WorkerStatusRequest = new WorkerStatusRequest() }, cancellationToken)
            .WaitAsync(timeout, time, cancellationToken);
        await answer.Task.WaitAsync(timeout, time, cancellationToken);
    }

    /// <summary>Asks the worker to end by itself.</summary>
    public void Terminate() => _outgoing.Writer.TryWrite(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    /// <summary>Ends the conversation; all that wait for an answer get a <see cref="WorkerUnavailableException"/>.</summary>
    public void Close(string reason)
    {
        if (Interlocked.CompareExchange(ref _closedBecause, reason, null) is not null)
        {
            return;
        }

        _outgoing.Writer.TryComplete();
        var error = new WorkerUnavailableException(reason);
        _connected.TrySetException(error);
        _initialised.TrySetException(error);
        _status?.TrySetException(error);
        foreach (var (_, invocation) in _invocations)
        {
            invocation.TrySetException(error);
        }

        foreach (var (_, load) in _loads)
        {
            load.TrySetException(error);
        }

        // Nobody may be waiting for these; an unobserved failure would be reported as one.
        _ = _connected.Task.Exception;
        _ = _initialised.Task.Exception;
        _ = _status?.Task.Exception;
        _closed.TrySetResult();
    }

    /// <summary>The worker names the address at which it takes requests before it listens there.</summary>
    private async Task WaitUntilListeningAsync(Uri address, CancellationToken cancellationToken)
    {
        while (!IsClosed)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address.Host, address.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(ListenPoll, time, cancellationToken);
            }
        }
    }

    private async Task<Dictionary<string, string>> LoadAsync(
        IEnumerable<FunctionDefinition> functions, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var pending = new List<(string Name, Task<StatusResult> Result)>();
        foreach (var function in functions)
        {
            var answer = new TaskCompletionSource<StatusResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _loads[function.Name] = answer;
            pending.Add((function.Name, answer.Task));
            await SendAsync(new StreamingMessage { RequestId = Guid.NewGuid().ToString(), FunctionLoadRequest = LoadRequest(function) }, cancellationToken);
        }

        ThrowIfClosed();
        var faults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, result) in pending)
        {
            if (await result.WaitAsync(timeout, time, cancellationToken) is { Status: not StatusResult.Types.Status.Success } failure)
            {
                faults[name] = new FunctionFailedException(failure).Reason;
            }
        }

        return faults;
    }

    private FunctionLoadRequest LoadRequest(FunctionDefinition function)
    {
        var metadata = new RpcFunctionMetadata
        {
            Name = function.Name,
            FunctionId = function.Name,
            Directory = app.Folder,
            ScriptFile = function.ScriptFile,
            EntryPoint = function.EntryPoint,
            Language = "dotnet-isolated",
        };
        foreach (var binding in function.Bindings)
        {
            var info = new BindingInfo
            {
                Type = binding.Type,
                Direction = binding.Direction == BindingDirection.In ? BindingInfo.Types.Direction.In : BindingInfo.Types.Direction.Out,
                DataType = Enum.TryParse<BindingInfo.Types.DataType>(binding["dataType"], ignoreCase: true, out var type)
                    ? type
                    : BindingInfo.Types.DataType.Undefined,
            };
            foreach (var (name, value) in binding.Json["properties"] as System.Text.Json.Nodes.JsonObject ?? [])
            {
                info.Properties[name] = value?.ToString() ?? "";
            }

            metadata.Bindings[binding.Name] = info;
            metadata.RawBindings.Add(binding.Json.ToJsonString());
        }

        return new FunctionLoadRequest { FunctionId = function.Name, Metadata = metadata };
    }

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryGetValue(message.InvocationResponse.InvocationId, out var invocation))
                {
                    invocation.TrySetResult(message.InvocationResponse);
                }

                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                log.Write(message.RpcLog);
                break;
            case StreamingMessage.ContentOneofCase.WorkerInitResponse:
                _initialised.TrySetResult(message.WorkerInitResponse);
                break;
            case StreamingMessage.ContentOneofCase.FunctionLoadResponse:
                if (_loads.TryRemove(message.FunctionLoadResponse.FunctionId, out var load))
                {
                    load.TrySetResult(message.FunctionLoadResponse.Result);
                }

                break;
            case StreamingMessage.ContentOneofCase.WorkerStatusResponse:
                _status?.TrySetResult();
                break;
        }
    }

    private async ValueTask SendCoreAsync(StreamingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(message, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            ThrowIfClosed();
        }
    }

    private Task SendAsync(StreamingMessage message, CancellationToken cancellationToken) =>
        _outgoing.Writer.TryWrite(message) ? Task.CompletedTask : SendCoreAsync(message, cancellationToken).AsTask();

    private async Task SendAllAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        var more = new WriteOptions(WriteFlags.BufferHint);
        var last = new WriteOptions();
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(cancellationToken))
            {
                while (_outgoing.Reader.TryRead(out var message))
                {
                    // Several messages go out in one packet while more are waiting.
                    stream.WriteOptions = _outgoing.Reader.TryPeek(out _) ? more : last;
                    await stream.WriteAsync(message, cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RpcException or InvalidOperationException)
        {
            // The connection is gone; so is every message that waits for it, and whoever sent one learns that.
            Close("The connection to the worker broke.");
        }
    }

    private void ThrowIfClosed()
    {
        if (_closedBecause is { } reason)
        {
            throw new WorkerUnavailableException(reason);
        }
    }

    private sealed record Cancellation(WorkerChannel Channel, string InvocationId)
    {
        // A full queue means thousands of unsent messages; the function then learns of the cancellation when the worker is restarted.
        public void Send() =>
            Channel._outgoing.Writer.TryWrite(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = InvocationId } });
    }
}
