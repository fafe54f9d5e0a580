using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.VfioUserServers;

/// <summary>Speaks to a server in bytes. Knows nothing of the product's own encoding.</summary>
internal sealed class RawClient : IDisposable
{
    private const int HangGuardMilliseconds = 30_000;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
    {
        ReceiveTimeout = HangGuardMilliseconds,
        SendTimeout = HangGuardMilliseconds,
    };

    private ushort _nextId = 100;

    public RawClient(string path) => _socket.Connect(new UnixDomainSocketEndPoint(path));

    /// <summary>Bytes written in hexadecimal, with blanks wherever they help.</summary>
    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    public static byte[] U32(params ReadOnlySpan<uint> words)
    {
        var bytes = new byte[words.Length * 4];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
        }

        return bytes;
    }

    public static byte[] U64(params ReadOnlySpan<ulong> words)
    {
        var bytes = new byte[words.Length * 8];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), words[i]);
        }

        return bytes;
    }

    /// <summary>A whole command.</summary>
    public static byte[] Frame(ushort id, ushort command, byte[] payload, uint flags = 0)
    {
        var header = U32(0, (uint)(16 + payload.Length), flags, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header, id);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), command);
        return [.. header, .. payload];
    }

    public static byte[] Version(ushort major, ushort minor, string json) =>
        [(byte)major, (byte)(major >> 8), (byte)minor, (byte)(minor >> 8), .. Encoding.UTF8.GetBytes(json)];

    public void Send(string hex) => Send(Hex(hex));

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = _socket.Receive(bytes.AsSpan(at));
            Assert.True(received > 0, $"the server closed the connection after {at} of {count} bytes");
            at += received;
        }

        return bytes;
    }

    /// <summary>Receives exactly these bytes.</summary>
    public void Expect(string hex)
    {
        var expected = Hex(hex);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(Receive(expected.Length)));
    }

    public void ExpectClosed()
    {
        try
        {
            Assert.Equal(0, _socket.Receive(new byte[1]));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with requests of ours unread: the same to us.
        }
    }

    public void ExpectNothingYet() => Assert.False(_socket.Poll(0, SelectMode.SelectRead), "something has arrived");

    /// <summary>Receives one message.</summary>
    public (ushort Id, ushort Command, uint Flags, uint Error, byte[] Payload) ReceiveMessage()
    {
        var header = Receive(16);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        return (
            BinaryPrimitives.ReadUInt16LittleEndian(header),
            BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)),
            BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)),
            BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)),
            Receive((int)size - 16));
    }

    /// <summary>Sends a command and receives its reply.</summary>
    public (Errno Error, byte[] Payload) Ask(ushort command, byte[] payload)
    {
        var id = _nextId++;
        Send(Frame(id, command, payload));
        var reply = ReceiveMessage();
        Assert.Equal((id, command), (reply.Id, reply.Command));
        Assert.Equal(reply.Error == 0 ? 1u : 0x21u, reply.Flags);
        Assert.True(reply.Error == 0 || reply.Payload.Length == 0, "an error reply is a header alone");
        return ((Errno)reply.Error, reply.Payload);
    }

    /// <summary>DEVICE_FEATURE with the flags word as the reference writes it.</summary>
    public (Errno Error, byte[] Payload) Feature(uint argsz, uint flags, params ReadOnlySpan<byte> data) =>
        Ask(16, [.. U32(argsz, flags), .. data]);

    public Errno SetState(DeviceState state) => Feature(16, 0x20002, U32((uint)state, 0xFFFFFFFF)).Error;

    public DeviceState GetState()
    {
        var (error, payload) = Feature(16, 0x10002);
        Assert.Equal(Errno.None, error);
        return (DeviceState)BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(8));
    }

    public void Go(params ReadOnlySpan<DeviceState> states)
    {
        foreach (var state in states)
        {
            Assert.Equal(Errno.None, SetState(state));
        }
    }

    /// <summary>One MIG_DATA_READ: the error, or the data that the body's size says.</summary>
    public (Errno Error, byte[] Data) Read(uint size)
    {
        var (error, payload) = Ask(17, U32(8 + size, size));
        if (error != Errno.None)
        {
            return (error, []);
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(payload.AsSpan(4));
        Assert.Equal(8 + count, BinaryPrimitives.ReadUInt32LittleEndian(payload));
        return (error, payload[8..(8 + (int)count)]);
    }

    public byte[] ReadAll(uint size = 32_768)
    {
        using var all = new MemoryStream();
        while (true)
        {
            var (error, data) = Read(size);
            Assert.Equal(Errno.None, error);
            if (data.Length == 0)
            {
                return all.ToArray();
            }

            all.Write(data);
        }
    }

    public Errno Write(ReadOnlySpan<byte> data) =>
        Ask(18, [.. U32((uint)(8 + data.Length), (uint)data.Length), .. data]).Error;

    public void Negotiate(params ReadOnlySpan<string> keys)
    {
        var more = string.Concat(keys.ToArray().Select(k => string.Create(CultureInfo.InvariantCulture, $",\"{k}\":true")));
        var json = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,\"migration\":{\"pgsize\":4096}" + more + "}}\0";
        Assert.Equal(Errno.None, Ask(1, Version(0, 2, json)).Error);
    }

    public void Dispose() => _socket.Dispose();
}
