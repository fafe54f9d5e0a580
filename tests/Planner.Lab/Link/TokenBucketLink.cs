using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Planner.Lab;

/// <summary>
/// A link of limited rate between two UNIX sockets: listens on one and forwards each connection to the other. From the source to the destination all
/// connections share one token bucket; the way back is not limited. The link itself keeps at most a chunk and a small socket buffer; the source's
/// own socket buffer, about 200 KB of the kernel's, is before it.
/// </summary>
/// <remarks>Pacing is by sleeps of a millisecond; the bucket makes up for what they oversleep, so that no core is kept busy.</remarks>
public sealed class TokenBucketLink : IDisposable
{
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(20);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private readonly string _destinationPath;
    private readonly Lock _lock = new();
    private readonly List<Socket> _open = [];
    private readonly ManualResetEventSlim _flows = new(initialState: true);
    private readonly TokenBucket _bucket = new(LabGuest.Now());
    private LinkRate _rate;
    private long _rateSet = LabGuest.Now();
    private bool _dead;
    private long _bytesForwarded;
    private long _bytesReturned;

    /// <summary>Starts to listen.</summary>
    /// <param name="path">The socket for the source; must not exist.</param>
    /// <param name="destinationPath">The socket of the destination; need not exist before the first connection.</param>
    /// <param name="rate">How fast.</param>
    public TokenBucketLink(string path, string destinationPath, LinkRate rate)
    {
        (_path, _destinationPath, _rate) = (path, destinationPath, rate);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "lab link" }.Start();
    }

    /// <summary>Bytes that went from the source to the destination.</summary>
    public long BytesForwarded => Interlocked.Read(ref _bytesForwarded);

    /// <summary>Bytes that went back.</summary>
    public long BytesReturned => Interlocked.Read(ref _bytesReturned);

    /// <summary>The rate; may be set at any time, and holds from the next chunk on.</summary>
    public LinkRate Rate
    {
        get
        {
            lock (_lock)
            {
                return _rate;
            }
        }

        set
        {
            lock (_lock)
            {
                (_rate, _rateSet) = (value, LabGuest.Now());
            }
        }
    }

    /// <summary>While true nothing passes either way, and connections stay open.</summary>
    public bool Stalled
    {
        get => !_flows.IsSet;
        set
        {
            if (value)
            {
                _flows.Reset();
            }
            else
            {
                _flows.Set();
            }
        }
    }

    /// <summary>Closes all connections and takes no more, as a cut cable does. Cannot be undone.</summary>
    public void Die()
    {
        lock (_lock)
        {
            _dead = true;
            _listener.Dispose();
            foreach (var socket in _open)
            {
                Close(socket);
            }

            _open.Clear();
        }

        File.Delete(_path);
        _flows.Set();
    }

    /// <inheritdoc/>
    public void Dispose() => Die();

    private void Accept()
    {
        while (true)
        {
            Socket source;
            try
            {
                source = _listener.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (!TryConnect(source, out var destination))
            {
                continue;
            }

            var running = new StrongBox<int>(2);
            new Thread(() => Pump(source, destination, limited: true, running)) { IsBackground = true, Name = "lab link forth" }.Start();
            new Thread(() => Pump(destination, source, limited: false, running)) { IsBackground = true, Name = "lab link back" }.Start();
        }
    }

    // The source learns by a closed connection that nobody listens behind the link.
    private bool TryConnect(Socket source, out Socket destination)
    {
        destination = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            source.ReceiveBufferSize = source.SendBufferSize = TokenBucket.ChunkBytes;
            destination.ReceiveBufferSize = destination.SendBufferSize = TokenBucket.ChunkBytes;
            destination.Connect(new UnixDomainSocketEndPoint(_destinationPath));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close(source);
            Close(destination);
            return false;
        }

        lock (_lock)
        {
            if (!_dead)
            {
                _open.Add(source);
                _open.Add(destination);
                return true;
            }
        }

        Close(source);
        Close(destination);
        return false;
    }

    private void Pump(Socket from, Socket to, bool limited, StrongBox<int> running)
    {
        var chunk = new byte[TokenBucket.ChunkBytes];
        try
        {
            while (from.Receive(chunk) is var read and > 0)
            {
                if (limited)
                {
                    WaitForTokens(read);
                }

                _flows.Wait();
                for (var sent = 0; sent < read;)
                {
                    sent += to.Send(chunk, sent, read - sent, SocketFlags.None);
                }

                Interlocked.Add(ref limited ? ref _bytesForwarded : ref _bytesReturned, read);
            }

            // One side said that it will say no more; the other may still have something to say.
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Forget(from, to);
        }

        if (Interlocked.Decrement(ref running.Value) == 0)
        {
            Forget(from, to);
        }
    }

    private void WaitForTokens(int bytes)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock)
            {
                var now = LabGuest.Now();
                wait = _dead ? TimeSpan.Zero : _bucket.Take(bytes, _rate.At(TimeSpan.FromMicroseconds((now - _rateSet) / 1000d)), now);
            }

            if (wait == TimeSpan.Zero)
            {
                return;
            }

            // A rate may rise while a slow link waits.
            Thread.Sleep(wait < ShortestSleep ? ShortestSleep : wait > LongestSleep ? LongestSleep : wait);
        }
    }

    private void Forget(params ReadOnlySpan<Socket> sockets)
    {
        lock (_lock)
        {
            foreach (var socket in sockets)
            {
                _open.Remove(socket);
                Close(socket);
            }
        }
    }

    // A thread that waits in a receive wakes by the shutdown; closing alone would leave it there.
    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was not connected any more.
        }

        socket.Dispose();
    }
}
