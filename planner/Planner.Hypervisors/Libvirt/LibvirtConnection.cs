using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>A connection to one daemon: makes calls, each on a thread of its own with a time limit, and hears what QEMU and libvirt tell of one domain.</summary>
internal sealed class LibvirtConnection : IAsyncDisposable
{
    private const int KeepAliveSeconds = 5;
    private const uint KeepAliveCount = 3;
    private const int JobCompletedEvent = 21;
    private const int MostWaitingEvents = 16 << 10;
    private const int MostDetailBytes = 1 << 20;
    private const int MostErrorCharacters = 500;
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    // What libvirt calls back with is a number and no reference: a late callback finds nothing.
    private static readonly ConcurrentDictionary<nint, LibvirtConnection> Open = new();
    private static long _numbers;

    private readonly LibvirtConnectHandle _handle;
    private readonly TimeProvider _clock;
    private readonly nint _number;
    private readonly List<(int Id, bool IsQemu)> _callbacks = [];
    private readonly Channel<QmpEvent> _events = Channel.CreateBounded<QmpEvent>(new BoundedChannelOptions(MostWaitingEvents));
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource<LibvirtJob> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    private LibvirtConnection(LibvirtConnectHandle handle, string address, string? domain, TimeProvider clock)
    {
        (_handle, Address, Domain, _clock) = (handle, address, domain, clock);
        _number = (nint)Interlocked.Increment(ref _numbers);
    }

    /// <summary>The address, for messages.</summary>
    public string Address { get; }

    /// <summary>The name of the domain that is heard of; null for none.</summary>
    public string? Domain { get; }

    /// <summary>What QEMU tells, with its own time stamps. Ends with an exception once the connection has.</summary>
    public ChannelReader<QmpEvent> Events => _events.Reader;

    /// <summary>Completes once the connection has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The numbers of the latest job that has completed; waits for one since <see cref="ForgetCompleted"/>.</summary>
    public Task<LibvirtJob> Completed => _completed.Task;

    /// <summary>Connects.</summary>
    /// <param name="uri">The daemon.</param>
    /// <param name="domain">The domain to hear of; null for none.</param>
    /// <param name="address">The address, for messages.</param>
    /// <param name="isReadOnly">Whether nothing is to be changed; then QEMU's events are not heard.</param>
    /// <param name="clock">Stamps events and keeps time limits.</param>
    /// <param name="limit">How long connecting may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">There is no library, or no daemon that may be used.</exception>
    public static async Task<LibvirtConnection> OpenAsync(
        string uri, string? domain, string address, bool isReadOnly, TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken)
    {
        LibvirtLibrary.Open(address);
        return await OnOwnThreadAsync(() => Connect(uri, domain, address, isReadOnly, clock), limit, "connecting", address, clock, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a call on a thread of its own.</summary>
    /// <param name="call">The call.</param>
    /// <param name="limit">How long to wait; one that takes longer goes on by itself.</param>
    /// <param name="what">What it is, for messages, such as <c>virDomainGetState</c>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HypervisorException">libvirt refuses, or there is no answer in time.</exception>
    public async Task<T> CallAsync<T>(Func<LibvirtConnectHandle, T> call, TimeSpan limit, string what, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        try
        {
            return await OnOwnThreadAsync(() => call(_handle), limit, what, Address, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            throw LibvirtFailures.Of(e, Address);
        }
    }

    /// <summary>Forgets jobs that have completed before.</summary>
    public void ForgetCompleted() => _completed = new TaskCompletionSource<LibvirtJob>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Throws what libvirt said of the call that was just made on this thread, if it failed.</summary>
    public static int Check(int result) => result >= 0 ? result : throw Last();

    /// <summary>The same for calls that give an object.</summary>
    public static T Check<T>(T handle)
        where T : SafeHandle
    {
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var failure = Last();
        handle.Dispose();
        throw failure;
    }

    /// <summary>Takes a text that libvirt gave away.</summary>
    public static string Text(nint given)
    {
        if (given == 0)
        {
            throw Last();
        }

        var text = Marshal.PtrToStringUTF8(given)!;
        LibvirtNative.free(given);
        return text;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        Open.TryRemove(_number, out _);
        End("it was closed");

        // A daemon that hangs is not waited for; the library lets go of it when its last call has come back.
        var closing = Task.Factory.StartNew(Close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(closing, Task.Delay(CloseLimit, TimeProvider.System)).ConfigureAwait(false);
    }

    private static LibvirtConnection Connect(string uri, string? domain, string address, bool isReadOnly, TimeProvider clock)
    {
        LibvirtConnectHandle handle;
        try
        {
            handle = Check(isReadOnly ? LibvirtNative.virConnectOpenReadOnly(uri) : LibvirtNative.virConnectOpen(uri));
        }
        catch (LibvirtException e)
        {
            throw LibvirtFailures.NotConnected(e, address);
        }

        var connection = new LibvirtConnection(handle, address, domain, clock);
        try
        {
            connection.Hear(isReadOnly);
            return connection;
        }
        catch (LibvirtException e)
        {
            connection.Close();
            throw LibvirtFailures.Of(e, address);
        }
    }

    private unsafe void Hear(bool isReadOnly)
    {
        Open[_number] = this;

        // Not every daemon knows it; without it a hung one is noticed by the calls that get no answer.
        _ = LibvirtNative.virConnectSetKeepAlive(_handle, KeepAliveSeconds, KeepAliveCount);
        Check(LibvirtNative.virConnectRegisterCloseCallback(_handle, &OnClosed, _number, 0));
        if (Domain is null || isReadOnly)
        {
            return;
        }

        void* onJob = (delegate* unmanaged[Cdecl]<nint, nint, LibvirtParameter*, int, nint, void>)&OnJobCompleted;
        _callbacks.Add((Check(LibvirtNative.virConnectDomainEventRegisterAny(_handle, 0, JobCompletedEvent, onJob, _number, 0)), false));
        void* onQemu = (delegate* unmanaged[Cdecl]<nint, nint, byte*, long, uint, byte*, nint, void>)&OnQemu;
        _callbacks.Add((Check(LibvirtNative.virConnectDomainQemuMonitorEventRegister(_handle, 0, 0, onQemu, _number, 0, 0)), true));
    }

    private unsafe void Close()
    {
        Open.TryRemove(_number, out _);
        foreach (var (id, isQemu) in _callbacks)
        {
            _ = isQemu ? LibvirtNative.virConnectDomainQemuMonitorEventDeregister(_handle, id) : LibvirtNative.virConnectDomainEventDeregisterAny(_handle, id);
        }

        _ = LibvirtNative.virConnectUnregisterCloseCallback(_handle, &OnClosed);
        _handle.Dispose();
    }

    private void End(string why)
    {
        _events.Writer.TryComplete(LibvirtFailures.Make(HypervisorFault.Lost, Address, $"the connection to libvirt's daemon has ended ({why})"));
        _ended.TrySetResult();
    }

    private static LibvirtException Last() =>
        new((LibvirtError)LibvirtNative.virGetLastErrorCode(), PlainWords(Marshal.PtrToStringUTF8(LibvirtNative.virGetLastErrorMessage()) ?? "libvirt gives no reason"));

    // libvirt's words may hold a command's whole output.
    private static string PlainWords(string words)
    {
        var line = string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > MostErrorCharacters ? line[..MostErrorCharacters] : line;
    }

    private static async Task<T> OnOwnThreadAsync<T>(Func<T> work, TimeSpan limit, string what, string address, TimeProvider clock, CancellationToken cancellationToken)
    {
        var task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await task.WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            Forget(task);
            throw LibvirtFailures.Make(HypervisorFault.TimedOut, address, $"no answer to {what} within {Quantity.Format(limit)}; the daemon is busy or hangs", e);
        }
        catch (OperationCanceledException)
        {
            Forget(task);
            throw;
        }
    }

    private static void Forget<T>(Task<T> task) => _ = task.ContinueWith(
        done =>
        {
            _ = done.Exception;
            if (done is { IsCompletedSuccessfully: true, Result: LibvirtConnection late })
            {
                late.Close();
            }
        },
        TaskScheduler.Default);

    private static bool IsOf(LibvirtConnection connection, nint domain) =>
        Marshal.PtrToStringUTF8(LibvirtNative.virDomainGetName(domain)) == connection.Domain;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnClosed(nint handle, int reason, nint number)
    {
        if (Open.TryGetValue(number, out var connection))
        {
            connection.End(reason switch { 1 => "the daemon closed it", 2 => "the daemon does not answer any more", _ => "it broke" });
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnJobCompleted(nint handle, nint domain, LibvirtParameter* parameters, int count, nint number)
    {
        if (Open.TryGetValue(number, out var connection) && IsOf(connection, domain))
        {
            connection._completed.TrySetResult(LibvirtJob.Read(0, parameters, count));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnQemu(nint handle, nint domain, byte* name, long seconds, uint microseconds, byte* details, nint number)
    {
        if (!Open.TryGetValue(number, out var connection) || !IsOf(connection, domain))
        {
            return;
        }

        var data = details is null ? [] : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(details);
        var told = new QmpEvent
        {
            Name = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)),
            Data = data.Length <= MostDetailBytes ? data.ToArray() : default,
            At = seconds > 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds(microseconds) : null,
            ReceivedTimestamp = connection._clock.GetTimestamp(),
        };
        if (!connection._events.Writer.TryWrite(told))
        {
            connection.End("more events came than were taken");
        }
    }
}
