using DurableMl.FunctionsHost.Worker.Protocol;
using Grpc.Core;
using RpcException = Grpc.Core.RpcException;

namespace DurableMl.FunctionsHost.Worker;

/// <summary>Where workers connect. Only the process that this host started knows the id to say.</summary>
internal sealed class FunctionRpcService(WorkerSupervisor supervisor) : FunctionRpc.FunctionRpcBase
{
    /// <inheritdoc />
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)
            || requestStream.Current.ContentCase != StreamingMessage.ContentOneofCase.StartStream
            || supervisor.Claim(requestStream.Current.StartStream.WorkerId) is not { } channel)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, "This is not the worker that the host started."));
        }

        await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
    }
}
