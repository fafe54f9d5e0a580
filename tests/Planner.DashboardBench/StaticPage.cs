using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Planner.DashboardBench;

/// <summary>Serves one page.</summary>
internal sealed class StaticPage : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _page;

    public StaticPage(string page)
    {
        _page = Encoding.UTF8.GetBytes(page);
        Url = $"http://127.0.0.1:{FreePort()}/";
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public string Url { get; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var call = await _listener.GetContextAsync();
                call.Response.ContentType = "text/html; charset=utf-8";
                call.Response.ContentLength64 = _page.Length;
                await call.Response.OutputStream.WriteAsync(_page);
                call.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // It was closed.
        }
    }
}
