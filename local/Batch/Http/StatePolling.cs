#nullable enable
namespace Azure.Compute.Batch;

/// <summary>Asks for a resource until it has left a passing state; the resource is the operation's value.</summary>
/// <param name="get">Gets the resource, blocking.</param>
/// <param name="getAsync">Gets the resource.</param>
/// <param name="isPending">Whether the resource is still in the passing state.</param>
internal sealed class StatePolling<T>(
    Func<CancellationToken, Response<T>> get, Func<CancellationToken, Task<Response<T>>> getAsync, Func<T, bool> isPending)
    where T : class
{
    private T? _value;

    public bool HasCompleted { get; private set; }

    public bool HasValue => _value is not null;

    public T Value => _value ?? throw new InvalidOperationException("The operation has not completed yet.");

    public Response? Response { get; private set; }

    public void Seed(Response response) => Response = response;

    public Response Update(CancellationToken cancellationToken) => HasCompleted ? Response! : Take(get(cancellationToken));

    public async ValueTask<Response> UpdateAsync(CancellationToken cancellationToken) =>
        HasCompleted ? Response! : Take(await getAsync(cancellationToken).ConfigureAwait(false));

    private Response Take(Response<T> answer)
    {
        Response = answer.GetRawResponse();
        if (!isPending(answer.Value))
        {
            _value = answer.Value;
            HasCompleted = true;
        }

        return Response;
    }
}
