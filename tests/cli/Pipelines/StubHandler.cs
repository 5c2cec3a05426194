using System.Net;
using System.Text;

namespace Cli.Tests.Pipelines;

/// <summary>Answers requests from a queue of answers; an empty one stands for a host that is away.</summary>
internal sealed class StubHandler(params (HttpStatusCode Status, string Body)?[] answers) : HttpMessageHandler
{
    private readonly Queue<(HttpStatusCode Status, string Body)?> _answers = new(answers);

    public List<string> Requests { get; } = [];

    public List<string> Bodies { get; } = [];

    public HttpClient Client() => new(this) { BaseAddress = new Uri("http://host/") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
        Bodies.Add(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        var answer = _answers.Dequeue() ?? throw new HttpRequestException("refused");
        return new HttpResponseMessage(answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, "application/json") };
    }
}
