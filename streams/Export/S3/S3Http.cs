using Amazon.Runtime;
using Roost.Streams.Export.Web;
using HttpClientFactory = Amazon.Runtime.HttpClientFactory;

namespace Roost.Streams.Export.S3;

/// <summary>Gives the SDK our connections in place of its own: with the configured authority and proxy, and answers of bounded length.</summary>
internal sealed class S3Http : HttpClientFactory, IDisposable
{
    private readonly HttpClient _client;

    public S3Http(WebConnections connections) =>
        _client = new HttpClient(new Handler(connections)) { Timeout = Timeout.InfiniteTimeSpan }; // silence ends a request, not its length

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();

    private sealed class Handler(WebConnections connections) : HttpMessageHandler
    {
        private const int MostAnswerBytes = 4 * 1024 * 1024; // a page of a thousand unfinished uploads takes one

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await connections.Current().SendAsync(request, cancellationToken);
            if (request.Method != HttpMethod.Head)
            {
                await answer.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken); // the SDK would read whatever comes
            }

            return answer;
        }
    }
}
