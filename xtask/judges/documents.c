/* The judge of `cargo xtask bench documents`: libxml2's bare parse, and libxmlsec1's verification and signing, over the
 * same files in memory, in one process and one thread. Verifying and signing parse the document each time, as xmlsec1's
 * own `--repeat` does; signing also writes it out. Certificates are not judged: this program's `signing` does not either.
 *
 * documents FOLDER TIMES prints a line a measure: name, documents, seconds of processor time.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <xmlsec/app.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

struct file { char *bytes; int length; };
struct files { struct file *all; size_t count; };

static void fail(const char *why, const char *what) {
    fprintf(stderr, "%s: %s\n", why, what);
    exit(1);
}

static struct files load(const char *folder, const char *inner) {
    char pattern[4096];
    glob_t found;
    struct files files;
    snprintf(pattern, sizeof pattern, "%s/%s/*.xml", folder, inner);
    if (glob(pattern, 0, NULL, &found) != 0) fail("no files", pattern);
    files.count = found.gl_pathc;
    files.all = calloc(files.count, sizeof *files.all);
    for (size_t i = 0; i < files.count; i++) {
        FILE *in = fopen(found.gl_pathv[i], "rb");
        if (in == NULL || fseek(in, 0, SEEK_END) != 0) fail("cannot read", found.gl_pathv[i]);
        long length = ftell(in);
        rewind(in);
        files.all[i].bytes = malloc((size_t)length);
        files.all[i].length = (int)length;
        if (fread(files.all[i].bytes, 1, (size_t)length, in) != (size_t)length) fail("cannot read", found.gl_pathv[i]);
        fclose(in);
    }
    globfree(&found);
    return files;
}

static xmlDocPtr parsed(const struct file *file) {
    xmlDocPtr document = xmlReadMemory(file->bytes, file->length, "document.xml", NULL, XML_PARSE_NONET);
    if (document == NULL) fail("libxml2", "not parsed");
    return document;
}

/* What `--id-attr:ID` names, for the three elements that are referred to. */
static void register_ids(xmlDocPtr document, xmlNodePtr node) {
    for (; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) continue;
        const char *name = (const char *)node->name;
        if (!strcmp(name, "structuredBody") || !strcmp(name, "signatureTimestamp") ||
            !strcmp(name, "multipleDocumentSignature")) {
            xmlAttrPtr id = xmlHasProp(node, BAD_CAST "ID");
            if (id != NULL) {
                xmlChar *value = xmlNodeGetContent((xmlNodePtr)id);
                xmlAddID(NULL, document, value, id);
                xmlFree(value);
            }
        }
        register_ids(document, node->children);
    }
}

static xmlNodePtr signature_of(xmlDocPtr document) {
    xmlNodePtr root = xmlDocGetRootElement(document);
    register_ids(document, root);
    xmlNodePtr node = xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs);
    if (node == NULL) fail("xmlsec", "no signature");
    return node;
}

static int parse(const struct file *file, xmlSecKeyPtr key, xmlSecKeysMngrPtr keys) {
    (void)key, (void)keys;
    xmlFreeDoc(parsed(file));
    return 1;
}

static int verify(const struct file *file, xmlSecKeyPtr key, xmlSecKeysMngrPtr keys) {
    (void)key;
    xmlDocPtr document = parsed(file);
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(keys);
    context->keyInfoReadCtx.flags |= XMLSEC_KEYINFO_FLAGS_X509DATA_DONT_VERIFY_CERTS;
    int well = xmlSecDSigCtxVerify(context, signature_of(document)) == 0 &&
               context->status == xmlSecDSigStatusSucceeded;
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return well;
}

static int sign(const struct file *file, xmlSecKeyPtr key, xmlSecKeysMngrPtr keys) {
    (void)keys;
    xmlDocPtr document = parsed(file);
    xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(NULL);
    context->signKey = xmlSecKeyDuplicate(key);
    int well = xmlSecDSigCtxSign(context, signature_of(document)) == 0;
    xmlChar *bytes = NULL;
    int length = 0;
    xmlDocDumpMemory(document, &bytes, &length);
    well = well && length > 0;
    xmlFree(bytes);
    xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return well;
}

static void timed(const char *what, const char *key_name, struct files files, int times,
                  int (*one)(const struct file *, xmlSecKeyPtr, xmlSecKeysMngrPtr), xmlSecKeyPtr key,
                  xmlSecKeysMngrPtr keys) {
    clock_t start = clock();
    for (int time = 0; time < times; time++) {
        for (size_t i = 0; i < files.count; i++) {
            if (!one(&files.all[i], key, keys)) fail(what, "a document failed");
        }
    }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%s%s%s\t%zu\t%f\n", what, *key_name ? " " : "", key_name, files.count * (size_t)times, seconds);
}

int main(int argc, char **argv) {
    if (argc != 3) fail("usage", "documents FOLDER TIMES");
    int times = atoi(argv[2]);
    xmlInitParser();
    if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0) fail("xmlsec", "cannot begin");
    timed("read", "", load(argv[1], "plain"), times * 10, parse, NULL, NULL);
    const char *names[] = {"P-384", "RSA-2048"};
    for (int i = 0; i < 2; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s.key.der", argv[1], names[i]);
        xmlSecKeyPtr key = xmlSecCryptoAppKeyLoad(path, xmlSecKeyDataFormatDer, NULL, NULL, NULL);
        if (key == NULL) fail("xmlsec cannot load", path);
        snprintf(path, sizeof path, "%s/%s.certificate.der", argv[1], names[i]);
        if (xmlSecCryptoAppKeyCertLoad(key, path, xmlSecKeyDataFormatDer) < 0) fail("xmlsec cannot load", path);
        xmlSecKeysMngrPtr keys = xmlSecKeysMngrCreate();
        if (keys == NULL || xmlSecCryptoAppDefaultKeysMngrInit(keys) < 0) fail("xmlsec", "no keys manager");
        snprintf(path, sizeof path, "signed/%s", names[i]);
        timed("verify", names[i], load(argv[1], path), times, verify, NULL, keys);
        snprintf(path, sizeof path, "templates/%s", names[i]);
        timed("sign", names[i], load(argv[1], path), times, sign, key, NULL);
    }
    return 0;
}
