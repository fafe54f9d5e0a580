using Planner.Fuzz;
using SharpFuzz;

// planner-fuzz client|server           runs under afl-fuzz
// planner-fuzz client|server FILE...   runs files once, to check the corpus or to look at a finding
Func<byte[], string>? target = args.FirstOrDefault() switch
{
    "client" => ClientTarget.Run,
    "server" => ServerTarget.Run,
    _ => null,
};
if (target is null)
{
    Console.Error.WriteLine("Name a target: client or server.");
    return 2;
}

foreach (var file in args.Skip(1))
{
    Console.WriteLine($"{Path.GetFileName(file)}: {target(File.ReadAllBytes(file))}");
}

if (args.Length == 1)
{
    Fuzzer.Run((Stream stream) =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target(input.ToArray());
    });
}

return 0;
