/*
 * Checks lost_writes.c; check.sh builds and runs it.
 *
 *     check run FOLDER ROUND          changes files in FOLDER until it is killed
 *     check judge FOLDER ROUND ACKS   whether each file is exactly what one of its syncs left
 *
 * Each thread has a file and changes it by steps that depend on nothing but ROUND, thread and step number: writes in
 * the middle and at the end, truncations both ways, renames. Every few steps it syncs and prints "thread step". The
 * judge makes the same steps in memory. A file must be what it was after its last printed sync, or after the next one,
 * which may have been done and not yet printed.
 */

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define THREADS 4
#define LARGEST 20000

static const char *folder;
static uint64_t seed;

struct random {
	uint64_t state;
};

static uint32_t below(struct random *random, uint32_t limit)
{
	random->state = random->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random->state >> 33) % limit;
}

struct step {
	enum { WRITE, APPEND, TRUNCATE, RENAME, REOPEN } what;
	uint32_t offset, length;
	unsigned char byte;
	int is_synced;
};

static struct step next(struct random *random)
{
	struct step step = {.what = WRITE};
	uint32_t dice = below(random, 20);
	step.what = dice < 9 ? WRITE : dice < 15 ? APPEND : dice < 18 ? TRUNCATE : dice < 19 ? RENAME : REOPEN;
	step.offset = below(random, LARGEST / 2);
	step.length = 1 + below(random, 3000);
	step.byte = (unsigned char)below(random, 256);
	step.is_synced = below(random, 7) == 0;
	return step;
}

static struct random start(int thread)
{
	struct random random = {seed * 1000003u + (uint64_t)thread * 7919u + 17u};
	below(&random, 2);
	return random;
}

static void name_of(char name[512], int thread, int is_other)
{
	snprintf(name, 512, "%s/%d-%s", folder, thread, is_other ? "b" : "a");
}

static void must(int holds, const char *what)
{
	if (!holds) {
		perror(what);
		exit(3);
	}
}

static void *run(void *argument)
{
	int thread = (int)(intptr_t)argument, is_other = 0;
	char name[512], other[512];
	unsigned char bytes[3001];
	struct random random = start(thread);
	name_of(name, thread, 0);
	int fd = open(name, O_RDWR | O_CREAT, 0600);
	must(fd >= 0, name);
	for (unsigned long count = 1;; count++) {
		struct step step = next(&random);
		memset(bytes, step.byte, sizeof bytes);
		struct iovec halves[2] = {{bytes, step.length / 2}, {bytes, step.length - step.length / 2}};
		off_t size = lseek(fd, 0, SEEK_END);
		switch (step.what) {
		case WRITE:
			must(pwrite(fd, bytes, step.length, step.offset) == (ssize_t)step.length, "pwrite");
			break;
		case APPEND:
			if (size + step.length <= LARGEST) {
				ssize_t put = step.byte & 1 ? write(fd, bytes, step.length) : writev(fd, halves, 2);
				must(put == (ssize_t)step.length, "write");
			}
			break;
		case TRUNCATE:
			must(ftruncate(fd, step.offset) == 0, "ftruncate");
			break;
		case RENAME:
			name_of(name, thread, is_other);
			is_other = !is_other;
			name_of(other, thread, is_other);
			must(rename(name, other) == 0, "rename");
			break;
		case REOPEN:
			name_of(name, thread, is_other);
			close(fd);
			fd = open(name, O_RDWR | O_TRUNC);
			must(fd >= 0, "open");
			break;
		}
		if (step.is_synced) {
			must((step.byte & 2 ? fsync(fd) : fdatasync(fd)) == 0, "fsync");
			char line[64];
			int length = snprintf(line, sizeof line, "%d %lu\n", thread, count);
			must(write(1, line, (size_t)length) == length, "acknowledge");
		}
	}
	return NULL;
}

/* A file in memory, made by the same steps. */
static size_t imagine(unsigned char *file, size_t size, const struct step *step)
{
	size_t end = step->offset + step->length;
	switch (step->what) {
	case WRITE:
		memset(file + step->offset, step->byte, step->length);
		return end > size ? end : size;
	case APPEND:
		if (size + step->length > LARGEST)
			return size;
		memset(file + size, step->byte, step->length);
		return size + step->length;
	case TRUNCATE:
		if (step->offset < size)
			memset(file + step->offset, 0, size - step->offset);
		return step->offset;
	case REOPEN:
		memset(file, 0, size);
		return 0;
	default:
		return size;
	}
}

static int judge(int thread, unsigned long acknowledged)
{
	static unsigned char found[LARGEST * 2], file[LARGEST * 2];
	char name[512];
	int fd = -1;
	for (int other = 0; fd < 0 && other < 2; other++) {
		name_of(name, thread, other);
		fd = open(name, O_RDONLY);
	}
	ssize_t length = fd < 0 ? 0 : read(fd, found, sizeof found);
	if (fd >= 0)
		close(fd);
	memset(file, 0, sizeof file);
	struct random random = start(thread);
	size_t size = 0;
	for (unsigned long count = 0;; count++) {
		struct step step = {.is_synced = count == 0};
		if (count > 0) {
			step = next(&random);
			size = imagine(file, size, &step);
		}
		if (!step.is_synced || count < acknowledged)
			continue;
		if ((size_t)length == size && memcmp(found, file, size) == 0)
			return 1;
		if (count > acknowledged)
			return 0;
	}
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	folder = argv[2];
	seed = strtoull(argv[3], NULL, 10);
	if (strcmp(argv[1], "run") == 0) {
		pthread_t threads[THREADS];
		for (intptr_t i = 0; i < THREADS; i++)
			pthread_create(&threads[i], NULL, run, (void *)i);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		return 0;
	}
	unsigned long last[THREADS] = {0}, count;
	int thread, is_good = 1;
	FILE *acknowledgements = fopen(argv[4], "r");
	must(acknowledgements != NULL, argv[4]);
	while (fscanf(acknowledgements, "%d %lu", &thread, &count) == 2)
		last[thread] = count;
	for (thread = 0; thread < THREADS; thread++)
		if (!judge(thread, last[thread])) {
			printf("round %s: file %d is not what step %lu left\n", argv[3], thread, last[thread]);
			is_good = 0;
		}
	return is_good ? 0 : 1;
}
