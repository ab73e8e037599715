// Threads that each take a share of a step and wait for one another at its end. libtorch's own threads split every single operation,
// which small networks are too small for, and spin between operations on the cores the others need: with a crew they are switched off.
using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace MaaS.Engine.Training;

internal sealed class Crew : IDisposable
{
    private readonly Exception?[] _errors;
    private readonly SemaphoreSlim[] _begin;
    private readonly CountdownEvent _rest;
    private Action<int>? _work;

    /// <param name="size">Whoever calls <see cref="Run"/> is one of them.</param>
    public Crew(int size)
    {
        Size = size;
        _errors = new Exception?[size];
        _begin = [.. Enumerable.Range(1, size - 1).Select(_ => new SemaphoreSlim(0))];
        _rest = new CountdownEvent(size - 1);
        for (var member = 1; member < size; member++)
        {
            var number = member;
            new Thread(() => Serve(number)) { IsBackground = true, Name = $"crew {number}" }.Start();
        }
    }

    public int Size { get; }

    /// <summary>Calls the work once on each thread, with 0 to <see cref="Size"/> - 1, and returns when all are done.</summary>
    public void Run(Action<int> work)
    {
        _work = work;
        _rest.Reset();
        foreach (var begin in _begin)
            begin.Release();
        Do(0);
        _rest.Wait();
        if (Array.Find(_errors, error => error is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>The part of so many things that is a member's: from, and before which.</summary>
    public (long From, long To) Share(long count, int member) => (count * member / Size, count * (member + 1) / Size);

    public void Dispose()
    {
        _work = null;
        foreach (var begin in _begin)
            begin.Release();
    }

    private void Serve(int member)
    {
        set_num_threads(1);
        while (true)
        {
            _begin[member - 1].Wait();
            if (_work is null)
                return;
            Do(member);
            _rest.Signal();
        }
    }

    private void Do(int member)
    {
        try
        {
            _errors[member] = null;
            using var scope = NewDisposeScope();
            _work!(member);
        }
        catch (Exception error)
        {
            _errors[member] = error;
        }
    }
}
