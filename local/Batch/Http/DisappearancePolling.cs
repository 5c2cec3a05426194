#nullable enable
namespace Azure.Compute.Batch;

/// <summary>Asks for a resource until it has left a passing state or is gone; gone is success too.</summary>
/// <param name="get">Gets the resource, blocking.</param>
/// <param name="getAsync">Gets the resource.</param>
/// <param name="isPending">Whether the resource is still in the passing state.</param>
/// <param name="createdAt">When it was created: another time means that somebody has made a new one of the same name.</param>
internal sealed class DisappearancePolling<T>(
    Func<CancellationToken, Response<T>> get,
    Func<CancellationToken, Task<Response<T>>> getAsync,
    Func<T, bool> isPending,
    Func<T, DateTimeOffset> createdAt)
    where T : class
{
    private DateTimeOffset? _createdAt;

    public bool HasCompleted { get; private set; }

    /// <summary>There always is one: the package's operations say false until they have completed.</summary>
    public bool HasValue => true;

    public bool Value => HasCompleted;

    public Response? Response { get; private set; }

    public void Seed(Response response) => Response = response;

    public Response Update(CancellationToken cancellationToken)
    {
        if (HasCompleted)
        {
            return Response!;
        }

        try
        {
            return Take(get(cancellationToken));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return Gone(e);
        }
    }

    public async ValueTask<Response> UpdateAsync(CancellationToken cancellationToken)
    {
        if (HasCompleted)
        {
            return Response!;
        }

        try
        {
            return Take(await getAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return Gone(e);
        }
    }

    private Response Take(Response<T> answer)
    {
        Response = answer.GetRawResponse();
        DateTimeOffset createdNow = createdAt(answer.Value);
        _createdAt ??= createdNow;
        HasCompleted = createdNow != _createdAt || !isPending(answer.Value);
        return Response;
    }

    private Response Gone(RequestFailedException e)
    {
        HasCompleted = true;
        return Response = e.GetRawResponse()!;
    }
}
